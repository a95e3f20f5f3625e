/** JupyterLab in a DevEnv, opened on this machine. Start reading at jupyterDoors.ts. */
export { JupyterDoors } from './jupyterDoors.ts';
