import type { Table } from '../translator.ts';

/** Signing in, and being signed in: identity, but for its contexts. */
export const chineseSignIn: Table = {
  // identity/provider
  'The issuer of the context is no URL that starts with https://.': '上下文的颁发者不是以 https:// 开头的 URL。',
  'Correct the issuer in the context.': '请更正上下文中的颁发者。',
  'The issuer {issuer} has no TLS: anybody on the way could read what is sent, and sign in as you.':
    '颁发者 {issuer} 没有使用 TLS：途中的任何人都可以读取传输内容，并冒用你的身份登录。',
  'Use its https address.': '请使用它的 https 地址。',
  'The certificate authority of the identity provider, {path}, cannot be read ({code}).':
    '无法读取身份提供方的证书颁发机构 {path}（{code}）。',
  'There is no certificate in {name}.': '{name} 中没有证书。',
  'Correct oidc.certificateAuthority in the context, or get it again from whoever runs the identity provider.':
    '请更正上下文中的 oidc.certificateAuthority，或向身份提供方的管理员重新索取。',
  'The proxy in {name} is no URL that starts with http://, https:// or socks5://.':
    '{name} 中的代理不是以 http://、https:// 或 socks5:// 开头的 URL。',
  'Correct it, or leave it out.': '请更正或删除它。',
  'The identity provider {issuer} cannot be reached: {why~}.': '无法连接身份提供方 {issuer}：{why}。',
  'it did not answer in time': '它没有及时响应',
  'it closed the connection': '它关闭了连接',
  'nothing listens there': '那里没有服务在监听',
  'there is no host with that name': '没有这个名称的主机',
  'there is no way to it ({code})': '没有到它的路由（{code}）',
  'The identity provider {issuer} has a failure of its own: it answered HTTP {status#}.':
    '身份提供方 {issuer} 自身出现故障：它返回 HTTP {status}。',
  'Try again in a moment; if it stays so, tell whoever runs it.': '请稍后重试；如果一直如此，请告知它的管理员。',
  'The identity provider at {issuer} calls itself {actual}.': '位于 {issuer} 的身份提供方自称 {actual}。',
  'Correct the issuer in the context: the two have to be the same, letter for letter.':
    '请更正上下文中的颁发者：两者必须逐字相同。',
  'The token that the identity provider gave is not valid at this time.': '身份提供方给出的令牌此时无效。',
  "Check this machine's clock, and that of the identity provider.": '请检查这台机器和身份提供方的时钟。',
  'The identity provider {issuer} has no such way to sign in.': '身份提供方 {issuer} 不支持这种登录方式。',
  'Sign in another way, or ask whoever runs it to allow this one.': '请用其他方式登录，或请它的管理员允许这种方式。',
  'What answers at {issuer} is no identity provider: {why~}.': '{issuer} 处响应的不是身份提供方：{why}。',
  'it names addresses without TLS': '它给出的地址没有使用 TLS',
  'it sent something else than JSON': '它返回的不是 JSON',
  'its token is for somebody else': '它的令牌是给别人的',
  'it answered HTTP {status#}': '它返回 HTTP {status}',
  'its answer was not understood': '无法理解它的响应',
  'it does not say what it is called': '它没有说明自己的名称',
  'it gave no id token': '它没有给出 ID 令牌',
  'it sent no code to enter': '它没有给出要输入的代码',
  'Check the issuer of the context, and that no proxy answers in its place.':
    '请检查上下文的颁发者，以及是否有代理代为响应。',
  'The identity provider {issuer} is not trusted: {why~}.': '不信任身份提供方 {issuer}：{why}。',
  'Name its certificate authority in the context, as oidc.certificateAuthority.':
    '请在上下文中用 oidc.certificateAuthority 指定它的证书颁发机构。',
  'The identity provider {issuer} cannot be reached through its proxy. {why~}':
    '无法通过代理连接身份提供方 {issuer}。{why}',
  'Check oidc.proxyUrl of the context, or the variable HTTPS_PROXY.':
    '请检查上下文的 oidc.proxyUrl，或变量 HTTPS_PROXY。',
  'The sign-in was refused at the identity provider: {said*}.': '身份提供方拒绝了登录：{said}。',
  'Sign in again and allow it, or ask whoever runs the identity provider why not.':
    '请重新登录并允许访问，或向身份提供方的管理员询问原因。',
  'The identity provider {issuer} does not accept this client: {said*}.':
    '身份提供方 {issuer} 不接受此客户端：{said}。',
  'Check the client id of the context; the client has to be public and allow this way to sign in.':
    '请检查上下文的客户端 ID；该客户端必须是公共客户端，并允许这种登录方式。',
  'The identity provider {issuer} does not know a scope: {said*}.': '身份提供方 {issuer} 不认识某个范围：{said}。',
  'Correct the scopes of the context.': '请更正上下文的范围（scopes）。',
  'The identity provider no longer accepts this sign-in: {said*}.': '身份提供方不再接受此次登录：{said}。',
  'Nobody entered the code in time.': '没有人及时输入代码。',
  'The identity provider {issuer} refused the sign-in: {said*}.': '身份提供方 {issuer} 拒绝了登录：{said}。',
  'Sign in again; if it stays so, show these words to whoever runs the identity provider.':
    '请重新登录；如果一直如此，请把这段文字交给身份提供方的管理员。',
  'The identity provider gave a token that no request can carry.': '身份提供方给出的令牌无法随请求发送。',
  'Ask whoever runs the identity provider; a token with very many groups can be too long.':
    '请询问身份提供方的管理员；组非常多的令牌可能过长。',
  // identity/flows
  'This is not the address that a sign-in ends at: it has no code and state.':
    '这不是登录结束时的地址：其中没有 code 和 state。',
  'Copy the whole address from the browser after signing in; it contains "code=" and "state=".':
    '请在登录后从浏览器复制完整地址；其中包含 "code=" 和 "state="。',
  'No sign-in waits for this answer: it is over, or was begun elsewhere.':
    '没有登录在等待此响应：登录已结束，或是在别处开始的。',
  'Sign in again, and finish in the browser tab that opens then.': '请重新登录，并在随后打开的浏览器标签页中完成。',
  'Nothing can be opened on 127.0.0.1 for the browser to come back to ({code}).':
    '无法在 127.0.0.1 上打开供浏览器返回的端口（{code}）。',
  'Sign in with a device code instead.': '请改用设备代码登录。',
  'Nobody finished the sign-in within {minutes#} minutes.': '{minutes} 分钟内没有人完成登录。',
  'Try again, or sign in with a device code.': '请重试，或用设备代码登录。',
  'If the browser says that the redirect URI is wrong, have {uri} registered for the client {client}.':
    '如果浏览器提示重定向 URI 错误，请让管理员为客户端 {client} 注册 {uri}。',
  // identity/signIn
  'Nobody is signed in to the identity provider {issuer}.': '尚未登录身份提供方 {issuer}。',
  'Sign in.': '请登录。',
  'Sign in again.': '请重新登录。',
  'The sign-in has ended: {why~}.': '登录已结束：{why}。',
  'the session at the identity provider is over': '身份提供方的会话已结束',
  'the identity provider saw a refresh token used twice': '身份提供方发现刷新令牌被使用了两次',
  'the offline session was taken back at the identity provider': '离线会话已被身份提供方收回',
  'the refresh token is too old': '刷新令牌过旧',
  'the refresh token is no longer valid': '刷新令牌已失效',
  'the identity provider no longer accepts the refresh token': '身份提供方不再接受刷新令牌',
  'the identity provider says "{said*}"': '身份提供方称“{said}”',
  'the identity provider gave no refresh token; it may do so for the scope offline_access':
    '身份提供方没有给出刷新令牌；指定范围 offline_access 后可能会给出',
  'the identity provider gives no new id token when tokens are refreshed': '身份提供方在刷新令牌时不给出新的 ID 令牌',
  'the keyring no longer holds its refresh token': '密钥环中已没有它的刷新令牌',
  'the identity provider refreshed it with the tokens of somebody else': '身份提供方用别人的令牌进行了刷新',
  'Nobody was signed in.': '没有人登录。',
  'An id token stays valid at the API server until it expires.': 'ID 令牌在过期之前对 API 服务器仍然有效。',
  'The identity provider did not end its own session: the browser may still be signed in there.':
    '身份提供方没有结束它自己的会话：浏览器在那里可能仍处于登录状态。',
  'You are signed out on this machine; the identity provider could not be told.':
    '你已在这台机器上退出登录；但无法通知身份提供方。',
  // identity/vault
  '{path} is no folder.': '{path} 不是文件夹。',
  '{path} is not what Slipway wrote.': '{path} 不是 Slipway 写入的内容。',
  '{path} belongs to another user.': '{path} 属于其他用户。',
  'Remove {path}.': '请删除 {path}。',
  'Remove {path}, or let Slipway keep its data elsewhere.': '请删除 {path}，或让 Slipway 把数据保存在别处。',
  'Other users of this machine can get at {path}, which is for sign-ins.':
    '这台机器的其他用户可以访问 {path}，而它用于保存登录信息。',
  'Run "{command*}", then sign in again.': '请运行 "{command}"，然后重新登录。',
  '{path} is a link, which Slipway did not make.': '{path} 是一个链接，且不是 Slipway 创建的。',
  'The sign-in cannot be kept in {path} ({code}).': '无法把登录信息保存到 {path}（{code}）。',
  'Check the folder and the space on its disk.': '请检查该文件夹及其磁盘空间。',
  'The sign-in in {path} cannot be read.': '无法读取 {path} 中的登录信息。',
  '{path} was written by a newer version of Slipway.': '{path} 由更新版本的 Slipway 写入。',
  'Update Slipway, or sign in again.': '请更新 Slipway，或重新登录。',
  'The keyring of this machine cannot be used: {why~}.': '无法使用这台机器的密钥环：{why}。',
  'it is locked': '它已锁定',
  'it is locked, or there is none': '它已锁定，或不存在',
  'it does not answer': '它没有响应',
  'it did not end within {seconds#} s': '它没有在 {seconds} 秒内结束',
  'it was ended by {signal}': '它被 {signal} 终止',
  '{command} cannot be started': '无法启动 {command}',
  'it did not keep the whole of a token': '它没有保存完整的令牌',
  'DPAPI did not do it': 'DPAPI 未能完成',
  'Unlock the keyring, or sign in again with the sign-in kept in a file.':
    '请解锁密钥环，或重新登录并把登录信息保存在文件中。',
};
