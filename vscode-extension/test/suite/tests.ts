/** All tests, in the order of what they need: before the first run no core is there. */
import './activation.test.ts';
import './commands.test.ts';
import './settings.test.ts';
import './notebookText.test.ts';
import './runsTree.test.ts';
import './devEnvsTree.test.ts';
import './devEnvOpener.test.ts';
import './runs.test.ts';
