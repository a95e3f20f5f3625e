import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

async function bundleForBrowser(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles.map(({ text }) => text).join('');
}

it('the client bundles for a browser: nothing of Node is in it', async () => {
  expect(await bundleForBrowser('protocolClient.ts')).toContain('ProtocolClient');
  await expect(bundleForBrowser('frames.ts')).resolves.toContain('FrameDecoder');
  await expect(bundleForBrowser('paths.ts')).rejects.toThrow(/Could not resolve "node:path"/);
});
