/** Makes a certificate authority and a certificate for 127.0.0.1 and localhost in a folder; resolves to the paths of PEM files. */
export function makeCertificates(
  folder: string,
): Promise<{ readonly authority: string; readonly certificate: string; readonly key: string }>;
