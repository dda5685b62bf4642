/** Remembers what the server told about its jobs and candidates, and tells when that changes. */
import * as vscode from 'vscode';
import type { Candidate, CandidateRef, JobState } from '../protocol';

export interface JobReader {
  /** Fires after every change, with the state as it is then. */
  readonly onDidChange: vscode.Event<void>;
  readonly jobs: readonly JobState[];
  job(jobId: string): JobState | undefined;
  /** Best first. */
  candidates(jobId: string): readonly Candidate[];
  find(ref: CandidateRef): Candidate | undefined;
  best(uri?: string): Candidate | undefined;
}

export class JobStore implements JobReader, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly states = new Map<string, JobState>();
  private readonly found = new Map<string, readonly Candidate[]>();

  readonly onDidChange = this.changed.event;

  get jobs(): readonly JobState[] {
    return [...this.states.values()];
  }

  job(jobId: string): JobState | undefined {
    return this.states.get(jobId);
  }

  candidates(jobId: string): readonly Candidate[] {
    return this.found.get(jobId) ?? [];
  }

  find({ jobId, candidateId }: CandidateRef): Candidate | undefined {
    return this.candidates(jobId).find((candidate) => candidate.candidateId === candidateId);
  }

  best(uri?: string): Candidate | undefined {
    const jobs = this.jobs.filter((job) => uri === undefined || job.uri === uri);
    const usable = jobs.filter((job) => job.state !== 'stale');
    const firsts = [...usable, ...jobs].flatMap((job) => this.candidates(job.jobId).slice(0, 1));
    return firsts[0];
  }

  setJob(job: JobState): void {
    for (const older of this.jobs) {
      if (older.jobId !== job.jobId && older.uri === job.uri && older.qualname === job.qualname) {
        this.states.delete(older.jobId);
        this.found.delete(older.jobId);
      }
    }
    this.states.set(job.jobId, job);
    this.changed.fire();
  }

  setCandidates(jobId: string, candidates: readonly Candidate[]): void {
    this.found.set(jobId, candidates);
    this.changed.fire();
  }

  addCandidate(candidate: Candidate): void {
    const others = this.candidates(candidate.jobId).filter((other) => other.candidateId !== candidate.candidateId);
    const all = candidate.best ? [candidate, ...others.map((other) => ({ ...other, best: false }))] : [...others, candidate];
    this.found.set(candidate.jobId, all);
    this.changed.fire();
  }

  clear(): void {
    this.states.clear();
    this.found.clear();
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }
}
