import { readEvent } from './events';
import type {
  AnswerEvent,
  AssetRef,
  ChartEvent,
  ChoicesEvent,
  CitationEvent,
  DoneReason,
  ErrorEvent,
  SqlEvent,
  TableEvent,
  ToolResultEvent,
  ToolUseEvent,
  WarningEvent,
} from './events';

/** An event as the server numbers it. */
export interface StoredEvent {
  seq: number;
  body: unknown;
}

/** Text that arrives in pieces. */
export interface Passage {
  block: number;
  text: string;
}

/** A tool that was called, and what came of it; null: it is still at work. */
export interface Step {
  use: ToolUseEvent | null;
  result: ToolResultEvent | null;
}

/** What the answer rests on, in the order it came. */
export type Evidence = TableEvent | ChartEvent | SqlEvent;

/** An answer as it is drawn: what it says, then what it rests on. */
export interface Answer {
  /** The number of the newest event taken in; -1: none yet. */
  lastSeq: number;
  status: string | null;
  thinking: readonly Passage[];
  texts: readonly Passage[];
  steps: readonly Step[];
  evidence: readonly Evidence[];
  citations: readonly CitationEvent[];
  assets: readonly AssetRef[];
  choices: readonly ChoicesEvent[];
  warnings: readonly WarningEvent[];
  error: ErrorEvent | null;
  doneReason: DoneReason | null;
  /** Events of a known kind that could not be read. */
  brokenCount: number;
}

export const NO_ANSWER: Answer = {
  lastSeq: -1,
  status: null,
  thinking: [],
  texts: [],
  steps: [],
  evidence: [],
  citations: [],
  assets: [],
  choices: [],
  warnings: [],
  error: null,
  doneReason: null,
  brokenCount: 0,
};

/**
 * The answer with more events taken in.
 *
 * Events at or before `lastSeq` are left out, so a reader that reconnects may be sent some twice.
 */
export function takeIn(answer: Answer, events: readonly StoredEvent[]): Answer {
  let next = answer;
  for (const { seq, body } of [...events].sort((a, b) => a.seq - b.seq)) {
    if (seq <= next.lastSeq) continue;
    const event = readEvent(body);
    next = { ...next, lastSeq: seq };
    if (event === 'broken') next = { ...next, brokenCount: next.brokenCount + 1 };
    else if (event !== 'unknown') next = { ...next, ...changeBy(next, event) };
  }
  return next;
}

function changeBy(answer: Answer, event: AnswerEvent): Partial<Answer> {
  switch (event.kind) {
    case 'STATUS':
      return { status: event.message };
    case 'TEXT':
      return { texts: joined(answer.texts, event.block, event.delta) };
    case 'THINKING':
      return { thinking: joined(answer.thinking, event.block, event.delta) };
    case 'TOOL_USE':
      return { steps: [...answer.steps, { use: event, result: null }] };
    case 'TOOL_RESULT':
      return { steps: withResult(answer.steps, event) };
    case 'SQL':
    case 'TABLE':
    case 'CHART':
      return { evidence: [...answer.evidence, event] };
    case 'CITATION':
      return answer.citations.some((each) => each.number === event.number)
        ? {}
        : { citations: [...answer.citations, event] };
    case 'CHOICES':
      return { choices: [...answer.choices, event] };
    case 'ASSETS': {
      const known = new Set(answer.assets.map((asset) => asset.assetId));
      return { assets: [...answer.assets, ...event.assets.filter((asset) => !known.has(asset.assetId) && known.add(asset.assetId))] };
    }
    case 'WARNING':
      return { warnings: [...answer.warnings, event] };
    case 'ERROR':
      return { error: event };
    case 'DONE':
      return { doneReason: event.reason, status: null };
  }
}

function joined(passages: readonly Passage[], block: number, delta: string): readonly Passage[] {
  const at = passages.findIndex((passage) => passage.block === block);
  const found = passages[at];
  if (found === undefined) return [...passages, { block, text: delta }];
  return passages.with(at, { block, text: found.text + delta });
}

function withResult(steps: readonly Step[], result: ToolResultEvent): readonly Step[] {
  const at = steps.findIndex((step) => step.result === null && step.use?.toolUseId === result.toolUseId);
  const found = steps[at];
  return found === undefined ? [...steps, { use: null, result }] : steps.with(at, { ...found, result });
}

/** All that the answer says, as Markdown. */
export function textOf(answer: Answer): string {
  return answer.texts
    .map((passage) => passage.text.trim())
    .filter((text) => text !== '')
    .join('\n\n');
}

/** A text of an answer as a screen reader should say it: without the marks of Markdown and of citations. */
export function spoken(text: string): string {
  return text
    .replaceAll(/^[^\S\n]*(?:>|#{1,6}|[-*+])\s+/gm, '')
    .replaceAll(/\*\*|__|`|\*(?=\S)|(?<=\S)\*/g, '')
    .replaceAll(/\s*\[\d{1,3}\]/g, '');
}
