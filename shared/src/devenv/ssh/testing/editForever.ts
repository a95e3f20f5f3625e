/** Puts a line into a file and takes it out again until it is killed: `editForever.ts FILE`. */
import { editUserConfig } from '../editUserConfig.ts';
import { diskFiles } from '../replaceFile.ts';

const [, , file = ''] = process.argv;
const line = Buffer.from('ours\n');
process.stdout.write('begins\n');
for (;;) {
  await editUserConfig(diskFiles, file, (before) => {
    const content = Buffer.from(before);
    return content.subarray(0, line.length).equals(line)
      ? content.subarray(line.length)
      : Buffer.concat([line, content]);
  });
}
