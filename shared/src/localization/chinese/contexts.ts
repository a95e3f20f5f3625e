import type { Table } from '../translator.ts';

/** Contexts and who somebody is there: config.yaml, imports, spaces, whoami. */
export const chineseContexts: Table = {
  // config.yaml
  '{path} is not a configuration of Slipway: {why}.': '{path} 不是 Slipway 的配置：{why}。',
  'Correct the file; docs/guide/contexts.md shows what stands in it.': '请更正该文件；写法见 docs/guide/contexts.md。',
  'The configuration {path} is not used: {why~}.': '未使用配置 {path}：{why}。',
  'you may not read it': '你无权读取它',
  'it is no file': '它不是文件',
  'it is larger than 4 MB': '它大于 4 MB',
  'it belongs to another user of this machine': '它属于本机的其他用户',
  'other users of this machine may write it': '本机的其他用户可以写入它',
  'it cannot be read ({code})': '无法读取（{code}）',
  'Look at the file, then run: {command}': '请查看该文件，然后运行：{command}',
  '{path} is of version {version#}; this Slipway knows version {known#}.':
    '{path} 的版本为 {version}；此 Slipway 支持版本 {known}。',
  'Update Slipway here too. The file was left as it is.': '请也更新此处的 Slipway。该文件保持原样。',
  'Another program has changed {path} meanwhile.': '其他程序在此期间更改了 {path}。',
  'Another program is changing {path} and does not come to an end.': '其他程序正在更改 {path}，且没有结束。',
  'If there is none, remove {lock}.': '如果没有这样的程序，请删除 {lock}。',
  '{path} cannot be written ({why}).': '无法写入 {path}（{why}）。',
  'Make its folder writable for you, and look whether the disk is full.': '请使其文件夹可写，并检查磁盘是否已满。',
  'The context {name} is there already.': '上下文 {name} 已经存在。',
  'The contexts {names} are there already.': '上下文 {names} 已经存在。',
  'Replace it, or give the new one another name.': '请替换它，或为新的上下文另取名称。',
  '{name} is no name of a space.': '{name} 不是空间的名称。',
  'See "slipway context spaces {name}".': '请查看 "slipway context spaces {name}"。',
  // imports
  '{source} is no team profile, config.yaml or kubeconfig.': '{source} 不是团队配置、config.yaml 或 kubeconfig。',
  'Take the text as your platform engineer handed it out; docs/guide/contexts.md shows what stands in it.':
    '请原样使用平台工程师提供的文本；写法见 docs/guide/contexts.md。',
  '{source} holds {count#} contexts, so one name is not enough.': '{source} 中有 {count} 个上下文，一个名称不够。',
  'Import them under their own names.': '请以它们自己的名称导入。',
  'A kubeconfig says nothing of the image that runs use.': 'kubeconfig 中没有说明运行所用的镜像。',
  'Name one as well: --image REFERENCE.': '请同时指定镜像：--image REFERENCE。',
  'The kubeconfig has no context.': '该 kubeconfig 中没有上下文。',
  'The kubeconfig has several contexts and none is the current one.': '该 kubeconfig 有多个上下文，且没有当前上下文。',
  'Choose one with "kubectl config use-context", or import all of them under their own names.':
    '请用 "kubectl config use-context" 选择一个，或以各自的名称全部导入。',
  'Add it with its file: "slipway context new NAME --kubeconfig FILE --image REFERENCE".':
    '请连同文件一起添加："slipway context new NAME --kubeconfig FILE --image REFERENCE"。',
  '{name} signs in with Slipway itself, without {program}.': '{name} 由 Slipway 自己登录，不需要 {program}。',
  '{name} goes on using {path} as it is: how its user signs in stays there.':
    '{name} 继续原样使用 {path}：其用户的登录方式保留在那里。',
  'The context {name} cannot be taken from a text: how its user signs in lies in the kubeconfig.':
    '无法从文本导入上下文 {name}：其用户的登录方式在 kubeconfig 中。',
  'The client secret was left out: ask for a public client (PKCE) if signing in is refused.':
    '已略去客户端密钥：如果登录被拒绝，请申请公共客户端（PKCE）。',
  'The check of the identity provider’s certificate was left on: give its certificate authority if it fails.':
    '仍会检查身份提供方的证书：如果检查失败，请提供其证书颁发机构。',
  // the cluster of a context
  'The context {context} is this machine, and no cluster.': '上下文 {context} 是本机，不是集群。',
  'The context {context} has a cluster, but says not how to sign in.': '上下文 {context} 有集群，但没有说明如何登录。',
  'Add oidc with "slipway context edit"; docs/guide/contexts.md shows what stands in it.':
    '请用 "slipway context edit" 添加 oidc；写法见 docs/guide/contexts.md。',
  'The cluster of context {context} cannot be used: {why~}.': '无法使用上下文 {context} 的集群：{why}。',
  'Correct {place} with "slipway context edit".': '请用 "slipway context edit" 更正 {place}。',
  'its server is no URL that starts with https://': '其服务器不是以 https:// 开头的 URL',
  'its proxy is no URL that starts with http://, https:// or socks5://':
    '其代理不是以 http://、https:// 或 socks5:// 开头的 URL',
  'the proxy in the variable HTTPS_PROXY is no URL that starts with http://, https:// or socks5://':
    '变量 HTTPS_PROXY 中的代理不是以 http://、https:// 或 socks5:// 开头的 URL',
  'its certificate authority holds no certificate': '其证书颁发机构中没有证书',
  'its certificate authority {path} does not exist': '其证书颁发机构 {path} 不存在',
  'its certificate authority {path} cannot be read ({code})': '无法读取其证书颁发机构 {path}（{code}）',
  // signing in to a context
  'The context {context} is this machine, so there is nobody to sign in.': '上下文 {context} 是本机，无需登录。',
  'The context {context} signs in by its kubeconfig, so there is nobody to sign in.':
    '上下文 {context} 通过 kubeconfig 登录，无需在此登录。',
  'Choose a context that names an identity provider: "slipway context list".':
    '请选择指定了身份提供方的上下文："slipway context list"。',
  'Sign in with "slipway login --context {context}".': '请用 "slipway login --context {context}" 登录。',
  // spaces
  'You may not list namespaces: these are the ones that the context, its profile and your groups name.':
    '你无权列出命名空间：这里是上下文、其配置和你的组所指名的命名空间。',
  'Only the first {most#} of {all#} namespaces were looked at.': '{all} 个命名空间中只查看了前 {most} 个。',
  'You may not see nodes, so nobody can say how many GPUs are free.': '你无权查看节点，因此无法得知空闲的 GPU 数量。',
  'You may not see the pods of others, so nobody can say how many GPUs are free.':
    '你无权查看他人的 Pod，因此无法得知空闲的 GPU 数量。',
  // why an API server refuses a token
  "the API server's clock is {time} ahead of this machine's": 'API 服务器的时钟比本机快 {time}',
  "the API server's clock is {time} behind this machine's": 'API 服务器的时钟比本机慢 {time}',
  'Set the clock of this machine, or ask for that of the cluster or identity provider to be set.':
    '请校准本机的时钟，或请人校准集群或身份提供方的时钟。',
  "the token is not good before {time} from now, by the API server's clock":
    '按 API 服务器的时钟，令牌在 {time} 之后才有效',
  "the token ended {time} ago, by the API server's clock": '按 API 服务器的时钟，令牌已于 {time} 前失效',
  'Sign in again; if that does not help, look at the clocks.': '请重新登录；如果无效，请检查时钟。',
  'the token does not say when it ends': '令牌没有说明何时失效',
  'Ask the platform engineer about it.': '请询问平台工程师。',
  'the token is good for {time}': '令牌还有 {time} 有效',
  'the token is by {issuer}, the context says {settings}': '令牌由 {issuer} 签发，而上下文中为 {settings}',
  'the token is by {issuer}, the context says {settings}: they differ by a slash at the end':
    '令牌由 {issuer} 签发，而上下文中为 {settings}：两者相差末尾的斜杠',
  'The issuer has to be the same to the letter in the token, the context and the API server.':
    '令牌、上下文和 API 服务器中的签发者必须逐字相同。',
  'the token is for {list}, and not for {wanted}': '令牌面向 {list}，而不是 {wanted}',
  'Ask the platform engineer for a mapper that puts {wanted} into the audience (aud) of the token.':
    '请平台工程师添加映射器，将 {wanted} 放入令牌的受众（aud）。',
  'how the token is signed cannot be seen': '看不出令牌的签名方式',
  'the token is signed with {algorithm}; an API server takes RS256 unless told otherwise':
    '令牌以 {algorithm} 签名；API 服务器默认只接受 RS256',
  'Ask the platform engineer to have tokens signed with RS256, or to allow the other algorithm.':
    '请平台工程师改用 RS256 签名，或允许另一种算法。',
  'not asked for: people are known by {claim}': '不需要：以 {claim} 识别用户',
  '{address} is not verified (email_verified is false)': '{address} 未经验证（email_verified 为 false）',
  'Ask for the address to be verified in the identity provider.': '请在身份提供方处验证该地址。',
  'none in the token': '令牌中没有',
  'the token has no email, by which people are known here': '令牌中没有电子邮件，而这里以它识别用户',
  'Ask for the scope and mapper "email".': '请申请 "email" 范围和映射器。',
  'the token has no claim {name}': '令牌中没有声明 {name}',
  'Ask the platform engineer for a mapper that adds the claim {name}.': '请平台工程师添加映射器，以加入声明 {name}。',
  'nothing in the token explains it as seen from here': '从这里看，令牌中没有可以解释的原因',
  'Ask the platform engineer whether the API server trusts the issuer {issuer} for the audience {audience*}, and its certificate and keys.':
    '请询问平台工程师，API 服务器是否信任签发者 {issuer}（受众 {audience}）以及其证书和密钥。',
};
