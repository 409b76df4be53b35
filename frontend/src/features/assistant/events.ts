import { eachIn, listIn, numberIn, objectIn, textIn, wordIn } from './json';
import type { JsonObject } from './json';

/** What an answer consists of, as the server stores it. Mirrors `agent/events.py`. */

export type Cell = string | number | boolean | null;

const COLUMN_TYPES = ['TEXT', 'INTEGER', 'REAL', 'BOOLEAN', 'DATE', 'TIMESTAMP'] as const;
const CHOICE_REASONS = ['AMBIGUOUS', 'UNKNOWN_WORDS', 'FOLLOW_UP'] as const;
const DONE_REASONS = ['ANSWERED', 'ASKED_BACK', 'OUT_OF_SCOPE', 'REFUSED', 'CANCELLED', 'FAILED'] as const;

export type ColumnType = (typeof COLUMN_TYPES)[number];
export type DoneReason = (typeof DONE_REASONS)[number];

export interface TableColumn {
  name: string;
  label: string;
  type: ColumnType;
  unit: string | null;
}

export interface StatusEvent {
  kind: 'STATUS';
  message: string;
}
export interface DeltaEvent {
  kind: 'TEXT' | 'THINKING';
  delta: string;
  block: number;
}
export interface ToolUseEvent {
  kind: 'TOOL_USE';
  toolUseId: string;
  name: string;
  input: JsonObject;
}
export interface ToolResultEvent {
  kind: 'TOOL_RESULT';
  toolUseId: string;
  name: string;
  isOk: boolean;
  message: string | null;
  durationMs: number | null;
}
export interface SqlEvent {
  kind: 'SQL';
  sql: string;
  parameters: Readonly<Record<string, Cell>> | null;
  dialect: string | null;
  explanation: string | null;
  isVerified: boolean;
}
export interface TableEvent {
  kind: 'TABLE';
  title: string | null;
  columns: readonly TableColumn[];
  rows: readonly (readonly Cell[])[];
  isTruncated: boolean;
  rowCount: number | null;
}
export interface ChartEvent {
  kind: 'CHART';
  spec: JsonObject;
  title: string | null;
}
export interface CitationEvent {
  kind: 'CITATION';
  number: number;
  documentId: string;
  documentTitle: string;
  section: string | null;
  url: string | null;
  quote: string | null;
}
export interface Choice {
  label: string;
  question: string;
}
export interface ChoicesEvent {
  kind: 'CHOICES';
  reason: (typeof CHOICE_REASONS)[number];
  choices: readonly Choice[];
  message: string | null;
}
export interface AssetRef {
  assetId: string;
  label: string;
  lon: number | null;
  lat: number | null;
}
export interface AssetsEvent {
  kind: 'ASSETS';
  assets: readonly AssetRef[];
}
export interface WarningEvent {
  kind: 'WARNING';
  message: string;
  code: string | null;
}
export interface ErrorEvent {
  kind: 'ERROR';
  code: string;
  message: string;
  isRetryable: boolean;
}
export interface DoneEvent {
  kind: 'DONE';
  reason: DoneReason;
}

export type AnswerEvent =
  | StatusEvent
  | DeltaEvent
  | ToolUseEvent
  | ToolResultEvent
  | SqlEvent
  | TableEvent
  | ChartEvent
  | CitationEvent
  | ChoicesEvent
  | AssetsEvent
  | WarningEvent
  | ErrorEvent
  | DoneEvent;

/** `unknown`: a kind from a newer server, left out in silence. `broken`: a known kind that lacks what it needs. */
export type Reading = AnswerEvent | 'unknown' | 'broken';

type Reader = (body: JsonObject) => AnswerEvent | null;

function isCell(value: unknown): value is Cell {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function readDelta(kind: DeltaEvent['kind']): Reader {
  return (body) => {
    const delta = textIn(body.delta);
    return delta === null ? null : { kind, delta, block: numberIn(body.block) ?? 0 };
  };
}

function readColumn(entry: unknown): TableColumn | null {
  const column = objectIn(entry);
  const name = textIn(column?.name);
  const type = wordIn(column?.type, COLUMN_TYPES);
  if (name === null || type === null) return null;
  return { name, type, label: textIn(column?.label) ?? name, unit: textIn(column?.unit) };
}

function readTable(body: JsonObject): TableEvent | null {
  const columns = eachIn(body.columns, readColumn);
  const rows = eachIn(body.rows, (entry) => {
    const cells = listIn(entry);
    return cells?.every(isCell) === true && cells.length === columns?.length ? cells : null;
  });
  if (columns === null || rows === null) return null;
  return {
    kind: 'TABLE',
    title: textIn(body.title),
    columns,
    rows,
    isTruncated: body.is_truncated === true,
    rowCount: numberIn(body.row_count),
  };
}

function readParameters(value: unknown): Readonly<Record<string, Cell>> | null {
  const found = objectIn(value);
  if (found === null) return null;
  return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, Cell] => isCell(entry[1])));
}

function readAsset(entry: unknown): AssetRef | null {
  const asset = objectIn(entry);
  const assetId = textIn(asset?.asset_id);
  if (assetId === null) return null;
  return { assetId, label: textIn(asset?.label) ?? assetId, lon: numberIn(asset?.lon), lat: numberIn(asset?.lat) };
}

function readChoice(entry: unknown): Choice | null {
  const choice = objectIn(entry);
  const label = textIn(choice?.label);
  return label === null ? null : { label, question: textIn(choice?.question) ?? label };
}

const READERS: Readonly<Record<AnswerEvent['kind'], Reader>> = {
  STATUS: (body) => {
    const message = textIn(body.message);
    return message === null ? null : { kind: 'STATUS', message };
  },
  TEXT: readDelta('TEXT'),
  THINKING: readDelta('THINKING'),
  TOOL_USE: (body) => {
    const toolUseId = textIn(body.tool_use_id);
    const name = textIn(body.name);
    if (toolUseId === null || name === null) return null;
    return { kind: 'TOOL_USE', toolUseId, name, input: objectIn(body.input) ?? {} };
  },
  TOOL_RESULT: (body) => {
    const toolUseId = textIn(body.tool_use_id);
    const name = textIn(body.name);
    if (toolUseId === null || name === null || typeof body.is_ok !== 'boolean') return null;
    const durationMs = numberIn(body.duration_ms);
    return { kind: 'TOOL_RESULT', toolUseId, name, isOk: body.is_ok, message: textIn(body.message), durationMs };
  },
  SQL: (body) => {
    const sql = textIn(body.sql);
    if (sql === null) return null;
    return {
      kind: 'SQL',
      sql,
      parameters: readParameters(body.parameters),
      dialect: textIn(body.dialect),
      explanation: textIn(body.explanation),
      isVerified: body.is_verified === true,
    };
  },
  TABLE: readTable,
  CHART: (body) => {
    const spec = objectIn(body.spec);
    return spec === null ? null : { kind: 'CHART', spec, title: textIn(body.title) };
  },
  CITATION: (body) => {
    const number = numberIn(body.number);
    const documentId = textIn(body.document_id);
    if (number === null || documentId === null) return null;
    return {
      kind: 'CITATION',
      number,
      documentId,
      documentTitle: textIn(body.document_title) ?? documentId,
      section: textIn(body.section),
      url: textIn(body.url),
      quote: textIn(body.quote),
    };
  },
  CHOICES: (body) => {
    const reason = wordIn(body.reason, CHOICE_REASONS);
    const choices = eachIn(body.choices, readChoice);
    return reason === null || choices === null ? null : { kind: 'CHOICES', reason, choices, message: textIn(body.message) };
  },
  ASSETS: (body) => {
    const assets = eachIn(body.assets, readAsset);
    return assets === null ? null : { kind: 'ASSETS', assets };
  },
  WARNING: (body) => {
    const message = textIn(body.message);
    return message === null ? null : { kind: 'WARNING', message, code: textIn(body.code) };
  },
  ERROR: (body) => {
    const message = textIn(body.message);
    if (message === null) return null;
    return { kind: 'ERROR', code: textIn(body.code) ?? 'ERROR', message, isRetryable: body.is_retryable === true };
  },
  DONE: (body) => {
    const reason = wordIn(body.reason, DONE_REASONS);
    return reason === null ? null : { kind: 'DONE', reason };
  },
};

const KINDS = Object.keys(READERS) as AnswerEvent['kind'][];

/** An event out of its JSON document. */
export function readEvent(document: unknown): Reading {
  const body = objectIn(document);
  const kind = textIn(body?.kind);
  if (body === null || kind === null) return 'broken';
  const known = wordIn(kind, KINDS);
  return known === null ? 'unknown' : (READERS[known](body) ?? 'broken');
}
