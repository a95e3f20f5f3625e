/** What the extension host runs as a test suite: writes down what the probe has measured, or why it has not. */
const { writeFileSync } = require('node:fs');
const vscode = require('vscode');

exports.run = async () => {
  const write = (result) => writeFileSync(process.env.SLIPWAY_BENCH_TIMES, JSON.stringify(result));
  try {
    write({ times: await vscode.extensions.getExtension('slipway-bench.probe').activate() });
  } catch (error) {
    write({ failure: error.stack });
  }
};
