/** The user that one logs in as; the image names whatever uid it runs under so. */
export const devEnvUser = 'dev';
/** Where the claim is mounted: all that outlives the pod. */
export const devEnvWorkspace = '/workspace';
