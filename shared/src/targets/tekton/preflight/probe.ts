import * as z from 'zod';

/** What the trial command prints, as one line of JSON after this mark. */
const mark = 'slipway-doctor ';

/**
 * Looks around in a pod: the user, the space on the volume, git, and whether a GPU is seen and can be used. One argument: the
 * address of a git repository, or nothing. Standard library only.
 */
export const probeScript = `
import ctypes, json, os, shutil, subprocess, sys

def run(*command, **environment):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, env={**os.environ, **environment})
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, str(error)
    return done.returncode, (done.stdout if done.returncode == 0 else done.stderr).strip()

def cuda():
    try:
        library = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return None
    return library.cuInit(0)

output = os.environ["SLIPWAY_OUTPUT"]
with open(os.path.join(output, "doctor.txt"), "w") as file:
    file.write("written")
disk = shutil.disk_usage(output)
code, words = run("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader")
git = None
if sys.argv[1]:
    git = run("git", "ls-remote", "--heads", sys.argv[1], GIT_TERMINAL_PROMPT="0", GIT_ASKPASS="true")
print("${mark}" + json.dumps({
    "uid": os.getuid(), "free": disk.free, "total": disk.total,
    "git": None if git is None else {"code": git[0], "words": git[1][-300:]},
    "gpu": None if code != 0 else words.splitlines()[0] if words else "", "cuda": cuda(),
}))
`;

const probeSchema = z.object({
  uid: z.int(),
  free: z.number(),
  total: z.number(),
  /** Exit code of git, null where it could not be started. */
  git: z.object({ code: z.int().nullable(), words: z.string() }).nullable(),
  /** Name and driver of the first GPU that nvidia-smi sees. */
  gpu: z.string().nullable(),
  /** What cuInit answered; null where there is no CUDA library. */
  cuda: z.int().nullable(),
});
export type Probe = z.output<typeof probeSchema>;

/** What the script found; undefined where its line is missing. */
export function readProbe(output: string): Probe | undefined {
  const line = output.split('\n').find((text) => text.startsWith(mark));
  if (line === undefined) return undefined;
  try {
    return probeSchema.safeParse(JSON.parse(line.slice(mark.length))).data;
  } catch {
    return undefined;
  }
}
