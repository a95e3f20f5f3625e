export { portForward, type PortForwardRequest } from './portForward.ts';
