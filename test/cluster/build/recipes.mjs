/**
 * The parts of the cluster and how each is made. `inputs` are files and folders of `test/cluster`, `needs` other parts,
 * `also` what else decides about the product; together they name its folder. `make` fills an empty folder. Parts of one
 * `lane` are made one after the other; a `lazy` one only when it is asked for by name.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildGo, ldflags, moduleFolder } from './go.mjs';
import { makeDevEnvLayer, makePythonLayer, makeRootFileSystem } from './fileSystem.mjs';
import { makeImages, makeRegistryImages } from './images.mjs';
import { execute } from '../tools/processes.mjs';
import { versions } from '../settings.mjs';
import { renderTekton, tektonPrograms } from './tekton.mjs';

const kubernetesPrograms = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'kubectl',
  'local-provisioner',
];

/** What a team's platform engineer builds an image from; the tests run the same. */
const devEnvPrograms = '../../docs/platform/devenv/image';

export const recipes = {
  rootfs: { inputs: ['build/fileSystem.mjs', 'images/debian.txt'], make: makeRootFileSystem },

  python: {
    inputs: ['build/fileSystem.mjs', 'images/requirements.txt', 'images/nvidia-smi', 'images/install-python.sh'],
    needs: ['rootfs'],
    make: (folder, folders, signal) => makePythonLayer(folder, folders.rootfs, signal),
  },

  devenv: {
    inputs: [
      'build/fileSystem.mjs',
      'images/devenv-requirements.txt',
      'images/install-devenv.sh',
      `${devEnvPrograms}/setup`,
    ],
    needs: ['rootfs', 'python'],
    make: makeDevEnvLayer,
  },

  node: {
    lane: 'go',
    inputs: ['build/go.mjs', 'node'],
    also: versions.kubernetes,
    programs: Object.fromEntries(kubernetesPrograms.map((name) => [name, name])),
    async make(folder, _, signal) {
      const binary = join(folder, 'kubernetes');
      await buildGo('node', '.', binary, { linkerFlags: ldflags.kubernetes(versions.kubernetes), signal });
      // One binary that does what it is called by.
      for (const name of kubernetesPrograms) await execute('ln', ['-s', 'kubernetes', join(folder, name)]);
    },
  },

  dns: {
    lane: 'go',
    inputs: ['build/go.mjs', 'dns'],
    programs: { dns: 'dns' },
    make: (folder, _, signal) => buildGo('dns', '.', join(folder, 'dns'), { signal }),
  },

  services: {
    lane: 'go',
    inputs: ['build/go.mjs', 'services'],
    programs: { services: 'services' },
    make: (folder, _, signal) => buildGo('services', './cmd/services', join(folder, 'services'), { signal }),
  },

  s3: {
    lane: 'go',
    inputs: ['build/go.mjs', 's3'],
    programs: { versitygw: 'versitygw' },
    make: (folder, _, signal) =>
      buildGo('s3', 'github.com/versity/versitygw/cmd/versitygw', join(folder, 'versitygw'), { signal }),
  },

  pause: {
    lane: 'go',
    inputs: ['build/go.mjs', 'services/cmd/pause', 'services/go.mod'],
    make: (folder, _, signal) => buildGo('services', './cmd/pause', join(folder, 'pause'), { signal }),
  },

  tekton: {
    lane: 'go',
    inputs: ['build/go.mjs', 'build/tekton.mjs'],
    also: versions.tekton,
    async make(folder, _, signal) {
      const module = await moduleFolder('validate', 'github.com/tektoncd/pipeline', versions.tekton, signal);
      for (const [program, tags] of Object.entries(tektonPrograms)) {
        await buildGo(module, `./cmd/${program}`, join(folder, program), { tags, signal });
      }
      renderTekton(module, join(folder, 'tekton.yaml'));
    },
  },

  validate: {
    lane: 'go',
    inputs: ['build/go.mjs', 'validate'],
    programs: { 'validate-pipelineruns': 'validate-pipelineruns' },
    make: (folder, _, signal) => buildGo('validate', '.', join(folder, 'validate-pipelineruns'), { signal }),
  },

  tkn: {
    lane: 'go',
    lazy: true,
    inputs: ['build/go.mjs', 'tkn'],
    programs: { tkn: 'tkn' },
    make: (folder, _, signal) => buildGo('tkn', '.', join(folder, 'tkn'), { signal }),
  },

  images: {
    inputs: ['build/images.mjs', 'images/write_image.py', devEnvPrograms],
    needs: ['rootfs', 'python', 'devenv', 'pause', 'tekton'],
    make: makeImages,
  },

  registry: {
    also: 'docker-registry',
    programs: { 'docker-registry': 'usr/bin/docker-registry' },
    make: unpackRegistry,
  },

  'registry-images': {
    inputs: ['build/images.mjs', 'images/write_image.py'],
    make: makeRegistryImages,
  },
};

/** Debian's docker-registry, unpacked instead of installed: installing it would start it as a service of the machine. */
async function unpackRegistry(folder, _, signal) {
  const download = () => execute('apt-get', ['download', '--quiet', 'docker-registry'], { cwd: folder, signal });
  await download().catch(async () => {
    // The machine's package lists are missing, or too old.
    await execute('apt-get', ['update', '--quiet'], { signal });
    await download();
  });
  const [archive] = readdirSync(folder);
  await execute('dpkg-deb', ['-x', archive, '.'], { cwd: folder, signal });
  rmSync(join(folder, archive));
}
