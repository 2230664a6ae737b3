/**
 * Loaded into the suites' runner with `--import`. A runner whose parent was killed would go on and break things
 * that the next run is looking at; it gets the signal on which it stops and reverts. Its workers watch it already.
 */
const parent = process.ppid;
const isRunner = process.argv[1]?.includes('playwright') === true && process.argv[2] === 'test';

if (isRunner) {
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGINT');
  }, 500).unref();
}
