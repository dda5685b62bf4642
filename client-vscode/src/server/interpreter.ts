/** Finds the Python that runs the server: 3.11 or newer, with orps_server installed. */
import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import type { LogOutputChannel } from 'vscode';

const run = promisify(execFile);
const PROBE_TIMEOUT_MS = 15_000;

/** Prints one line; the import is what the server's own start would do first. */
const PROBE = [
  'import sys',
  'assert sys.version_info >= (3, 11), "Python %d.%d is older than 3.11" % sys.version_info[:2]',
  'import orps_server',
  'print("Python %d.%d.%d" % sys.version_info[:3])',
].join('\n');

/** An executable and what comes before its own arguments. */
export type CommandLine = readonly [string, ...string[]];

export interface Surroundings {
  /** The setting orps.serverInterpreter. */
  readonly configured: string | readonly string[];
  readonly folders: readonly string[];
  /** Where the probe runs: never a folder of the user, for Python would import from it. */
  readonly home: string;
  readonly log: LogOutputChannel;
}

/** The process environment without what would lend the server foreign modules. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, PYTHONPATH: undefined };
}

export async function findInterpreter(around: Surroundings): Promise<CommandLine | undefined> {
  for (const candidate of candidates(around)) {
    const failure = await probe(candidate, around);
    if (failure === undefined) {
      return candidate;
    }
    around.log.info(`${candidate.join(' ')} cannot run the server: ${failure}`);
  }
  return undefined;
}

function candidates({ configured, folders }: Surroundings): CommandLine[] {
  const [executable, ...args] = typeof configured === 'string' ? [configured.trim()] : configured;
  if (executable) {
    return [[executable, ...args]];
  }
  const environments = folders.map((folder) => path.join(folder, '.venv'));
  if (process.env.VIRTUAL_ENV) {
    environments.push(process.env.VIRTUAL_ENV);
  }
  const windows = process.platform === 'win32';
  const inside = windows ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  const onPath: CommandLine[] = windows ? [['py', '-3'], ['python']] : [['python3'], ['python']];
  return [...environments.map((folder): CommandLine => [path.join(folder, ...inside)]), ...onPath];
}

/** Says why this Python does not do, or nothing when it does. */
async function probe([executable, ...args]: CommandLine, { home, log }: Surroundings): Promise<string | undefined> {
  try {
    const { stdout } = await run(executable, [...args, '-c', PROBE], {
      cwd: home,
      env: serverEnvironment(),
      timeout: PROBE_TIMEOUT_MS,
      windowsHide: true,
    });
    log.info(`${executable} runs the server: ${stdout.trim()}`);
    return undefined;
  } catch (error) {
    return lastLine(error);
  }
}

/** Python's last line names the exception; a missing executable has none and is named by Node. */
function lastLine(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return stderr === '' ? String(error) : stderr.split('\n').at(-1) ?? stderr;
}
