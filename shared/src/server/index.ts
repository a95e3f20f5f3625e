/**
 * The core as a program: puts the modules together (`createCore`) and serves them over a pipe or a Unix socket. It may
 * touch sockets, descriptors and the folder beside the notebook; it takes no decision about runs.
 * Start reading at core.ts; what goes over the wire begins at connection.ts.
 */
export { artifactTarget } from './artifactPath.ts';
export { serveConnection, type ServeOptions } from './connection.ts';
export { type Core, type CoreEnvironment, createCore } from './core.ts';
export type { Log } from './failures.ts';
export { openSpace, type OpenedSpace } from './contexts/openSpace.ts';
export { createDiskFolder } from './folders/diskFolder.ts';
export { createHostFolder } from './folders/hostFolder.ts';
export { FrameReader, FrameWriter } from './frameTransport.ts';
export { environmentPaths, type EnvironmentPaths } from './paths.ts';
export { ProtocolClient } from './protocolClient.ts';
export { runServer, type RunServerOptions, type ServerStreams } from './runServer.ts';
export { serveOnDescriptor } from './serve.ts';
export type { CoreSession, HostFiles, NotificationListener, SessionSource } from './session.ts';
export { Secret } from './secret.ts';
export { type ListeningLine, serveOnSocket, type SocketServer, type SocketServerOptions } from './socketServer.ts';
