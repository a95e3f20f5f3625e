export { uploadFiles, type UploadFile, type UploadOptions, type UploadProgress } from './upload.ts';
export { openRemoteFiles, type ByteRange, type RemoteFile, type RemoteFiles } from './remoteFiles.ts';
export type { RemoteProgram } from './remoteProgram.ts';
