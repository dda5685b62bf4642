/** The words that go over the wire, exactly as docs/protocol.md has them; nothing here knows VS Code. */

export const PROTOCOL_VERSION = 1;

export const JOB_STATE = 'orps/jobState';
export const CANDIDATE = 'orps/candidate';
export const STATUS = 'orps/status';
export const LM_MODELS = 'orps/lm/models';
export const LM_COMPLETE = 'orps/lm/complete';
export const LM_CHUNK = 'orps/lm/chunk';
export const LM_CHANGED = 'orps/lm/changed';

export interface CandidateRef {
  readonly jobId: string;
  readonly candidateId: string;
}

export interface JobState {
  readonly jobId: string;
  readonly uri: string;
  readonly qualname: string;
  readonly state: 'running' | 'done' | 'stale' | 'failed' | 'cancelled';
  readonly round: number;
  readonly rounds: number;
  readonly executed: number;
  /** Time, baseline ÷ candidate: above 1 is faster. */
  readonly best: number | null;
  readonly candidates: number;
  readonly message: string;
  /** Begun by a save, not by a person. */
  readonly background?: boolean;
}

export interface Candidate extends CandidateRef {
  readonly uri: string;
  readonly qualname: string;
  readonly title: string;
  readonly ratio: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly passed: number;
  readonly counted: number;
  readonly inputs: number;
  readonly best: boolean;
  readonly author: string;
  readonly rationale: string;
  readonly speculative: boolean;
  readonly evidence: string;
}

export interface ServerStatus {
  readonly health: 'ok' | 'warning' | 'error';
  readonly confinement?: string | null;
  readonly message: string;
  readonly running: number;
  readonly model?: string | null;
  readonly tests?: string | null;
  readonly interpreter?: string | null;
}

export interface LmModel {
  readonly vendor: string;
  readonly family: string;
  readonly id: string;
  readonly name: string;
  /** Null: not known before it is tried. */
  readonly allowed: boolean | null;
}

export interface LmQuestion {
  readonly requestId: string;
  readonly selector: string;
  readonly background: boolean;
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly content: string }[];
  readonly maxTokens: number;
  readonly justification: string;
}

export interface LmReply {
  readonly text: string;
  readonly model: string;
  readonly truncated: boolean;
}

export type LmFailure = 'noPermissions' | 'blocked' | 'notFound' | 'cancelled' | 'unknown';

export interface Report {
  readonly health: ServerStatus['health'];
  readonly text: string;
}

export interface OnSave {
  readonly root: string;
  readonly enabled: boolean | null;
  readonly functions: readonly string[];
}

export interface Target {
  readonly uri: string;
  readonly qualname: string;
}

export interface Refusal {
  readonly error: string;
  readonly advice: string;
}

export interface Content {
  readonly uri: string;
  readonly title: string;
  readonly text: string;
  readonly diff: string;
  readonly evidence: string;
}

export interface Applied {
  readonly applied: boolean;
  readonly reason?: string | null;
  readonly advice?: string | null;
}

/** What each command of the server takes and answers. */
export interface ServerCommands {
  'orps.server.refine': { argument: Target & { objective?: string }; answer: { jobId: string } | Refusal };
  'orps.server.stop': { argument: { jobId: string }; answer: { stopped: boolean } };
  'orps.server.jobs': { argument: { uri?: string }; answer: { jobs: JobState[] } };
  'orps.server.candidates': { argument: { jobId: string }; answer: { candidates: Candidate[] } };
  'orps.server.content': { argument: CandidateRef; answer: Content | Refusal };
  'orps.server.apply': { argument: CandidateRef; answer: Applied };
  'orps.server.dismiss': { argument: CandidateRef | { jobId: string }; answer: { dismissed: number } };
  'orps.server.onSave': { argument: Target & { selected: boolean }; answer: OnSave | Refusal };
  'orps.server.enableOnSave': { argument: { uri: string; enabled: boolean }; answer: OnSave | Refusal };
  'orps.server.doctor': { argument: { uri?: string }; answer: Report | Refusal };
  'orps.server.status': { argument: Record<string, never>; answer: ServerStatus };
}

export type ServerCommand = keyof ServerCommands;

/** Asks the server to run one of its commands. */
export type Call = <K extends ServerCommand>(
  command: K,
  argument: ServerCommands[K]['argument'],
) => Promise<ServerCommands[K]['answer']>;

export function isRefusal(answer: object): answer is Refusal {
  return 'error' in answer;
}

export function isCandidateRef(value: unknown): value is CandidateRef {
  return typeof value === 'object' && value !== null
    && 'jobId' in value && typeof value.jobId === 'string'
    && 'candidateId' in value && typeof value.candidateId === 'string';
}
