export { uploadFiles, type UploadFile, type UploadOptions, type UploadProgress } from './upload.ts';
export type { RemoteProgram } from './remoteProgram.ts';
