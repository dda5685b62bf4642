/** What activate() returns, for our own tests: suites are separate bundles and share nothing else with the client. */
import type * as vscode from 'vscode';
import type { JobReader } from './jobs/store';
import type { Candidate, JobState } from './protocol';
import type { ServerState } from './server/state';

export interface Api {
  readonly jobs: JobReader;
  readonly server: {
    readonly state: ServerState;
    readonly onDidChangeState: vscode.Event<ServerState>;
    readonly onJobState: vscode.Event<JobState>;
    readonly onCandidate: vscode.Event<Candidate>;
  };
}
