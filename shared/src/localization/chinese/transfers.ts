import type { Table } from '../translator.ts';

/** Files to and from DevEnvs, and the SSH sessions that they go through: devenv/{session,transfer}. */
export const chineseTransfers: Table = {
  // session
  'The host key that is pinned for {host} cannot be read.': '为 {host} 固定的主机密钥无法读取。',
  'Connect to the DevEnv again: slipway devenv connect.': '请重新连接该开发环境：slipway devenv connect。',
  'The server that answers for {host} has another host key than the pinned one.':
    '为 {host} 应答的服务器的主机密钥与已固定的不同。',
  'Do not go on unless you know why: somebody may be in between. If the DevEnv was deleted and made anew, connect to it again: slipway devenv connect.':
    '在弄清原因之前请勿继续：可能有人从中拦截。如果该开发环境曾被删除并重建，请重新连接：slipway devenv connect。',
  '{host} does not know the key of this machine.': '{host} 不认识这台机器的密钥。',
  'Connect to the DevEnv, which adds the key: slipway devenv connect.':
    '请连接该开发环境，这会添加密钥：slipway devenv connect。',
  '{host} and this machine have no way of speaking SSH in common: {why}.':
    '{host} 与这台机器没有共同的 SSH 算法：{why}。',
  "Check the image's sshd_config.": '请检查镜像的 sshd_config。',
  'The SSH connection to {host} was lost.': '与 {host} 的 SSH 连接已断开。',
  'Try again; if it stays so, see slipway devenv test.': '请重试；如仍然如此，请运行 slipway devenv test。',
  'This machine has never connected to {name}, so it cannot tell it from another.':
    '这台机器从未连接过 {name}，因此无法辨认它。',
  'Connect first: slipway devenv connect {name}.': '请先连接：slipway devenv connect {name}。',
  // why a file was not taken
  'it changed while it was copied, twice': '复制期间它两次发生变化',
  'it changed while it was copied': '复制期间它发生了变化',
  'it is no file any more': '它已不再是文件',
  'its name is not UTF-8': '其名称不是 UTF-8',
  'its path is too long': '其路径过长',
  'it failed there, and SFTP does not say why': '它在那里失败了，而 SFTP 没有说明原因',
  'it cannot be read there any more': '在那里已无法读取它',
  'its name is too long': '其名称过长',
  'Windows cannot have such a name': 'Windows 不支持这样的名称',
  'it is a device, a socket or a pipe': '它是设备、套接字或管道',
  'it is a link that leads out': '它是指向外部的链接',
  'its name is the same as that of {path} there': '其名称在那里与 {path} 相同',
  'a folder is in its place': '其位置上有一个文件夹',
  'a folder is in its place there': '那里的同一位置上有一个文件夹',
  'a link is in its place': '其位置上有一个链接',
  'a file is in its place': '其位置上有一个文件',
  'a device or a pipe is in its place': '其位置上有设备或管道',
  'something else is in its place': '其位置上有别的东西',
  'a link or a file is in the place of a folder': '文件夹的位置上是链接或文件',
  'a link or a file is in the place of a folder there': '那里文件夹的位置上是链接或文件',
  'permission denied': '没有权限',
  'permission denied there': '那里没有权限',
  'the file system is read-only': '文件系统是只读的',
  'it is not there any more': '它已不存在',
  'another transfer writes to it': '另一个传输正在写入它',
  'what came was not what was sent': '收到的内容与发送的不一致',
  '{count#} more': '另有 {count} 个',
  'connection lost, trying again': '连接已断开，正在重试',
  // transfer
  'The connection for the contents of files was lost.': '用于传输文件内容的连接已断开。',
  'The transfer was cancelled.': '传输已取消。',
  'The DevEnv gave an answer that was not understood.': '开发环境的应答无法理解。',
  'Try again; if it stays so, check which python3 its login shell starts.':
    '请重试；如仍然如此，请检查其登录 shell 启动的是哪个 python3。',
  'The program for transfers in the DevEnv ended: {why}.': '开发环境中的传输程序已结束：{why}。',
  'it says nothing': '它没有给出原因',
  'The DevEnv has neither python3 nor an SFTP server: transfers need one of them.':
    '该开发环境中既没有 python3 也没有 SFTP 服务器：传输需要其中之一。',
  'Use an image with Python 3.6 or newer, or with sftp-server.':
    '请使用带有 Python 3.6 或更新版本的镜像，或带有 sftp-server 的镜像。',
  'The SFTP server of the DevEnv ended.': '开发环境的 SFTP 服务器已结束。',
  'There is no room left in {where}{facts}.': '{where} 没有剩余空间{facts}。',
  'Delete what is not needed there, or make it larger, and copy again: what is there is not copied again.':
    '请删除其中不需要的内容，或将其扩大，然后再次复制：已有的内容不会再次复制。',
  '{path} holds more than {count#} files and folders.': '{path} 中的文件和文件夹多于 {count} 个。',
  'Copy its folders one by one, or pack it with tar first.': '请逐个复制其中的文件夹，或先用 tar 打包。',
  'There is no {path} in the DevEnv.': '开发环境中没有 {path}。',
  'Check the path; it is relative to /workspace.': '请检查路径；它相对于 /workspace。',
  '{path} cannot be copied to this machine: {why}.': '{path} 无法复制到这台机器：{why}。',
  '{path} in the DevEnv is no folder.': '开发环境中的 {path} 不是文件夹。',
  'Name another destination.': '请指定另一个目标位置。',
  '{path} is no folder, and several things cannot have one name.': '{path} 不是文件夹，而多个项目不能共用一个名称。',
  'End the destination with / to make a folder of it.': '请以 / 结尾书写目标位置，以将其创建为文件夹。',
  'The folder {path} cannot be used: {why}.': '无法使用文件夹 {path}：{why}。',
  '{path} is a link, and links are not followed.': '{path} 是链接，而链接不会被跟随。',
  'Name the folder that it leads to as the destination, or remove the link.':
    '请将它指向的文件夹作为目标，或移除该链接。',
  '{path} cannot be read: {why}.': '{path} 无法读取：{why}。',
  'Check the path.': '请检查路径。',
  'Let this user read it.': '请让当前用户可以读取它。',
  '{path} is no folder, and only folders can be made alike.': '{path} 不是文件夹，而只有文件夹可以同步。',
  'Use slipway cp for a file.': '单个文件请使用 slipway cp。',
  'The destination in the DevEnv cannot be used: {why}.': '无法使用开发环境中的目标位置：{why}。',
  'The source in the DevEnv cannot be read: {why}.': '无法读取开发环境中的来源：{why}。',
  'The files of this machine cannot be used: {why}.': '无法使用这台机器上的文件：{why}。',
};
