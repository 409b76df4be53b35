import type { Ask, Positions } from './address';
import { TraceIdsQuery } from './questions';
import type { TraceAnswer } from './questions';
import type { AskServer } from './useLoaded';

type Kind = Exclude<Ask, 'ISOLATION'>;

export interface Found {
  kind: Kind;
  answer: TraceAnswer;
  ids: ReadonlySet<string>;
}

/** More ids than the diagram of a circuit can show are not read. */
const MOST = 5_000;
const PAGE = 250;

export function traceKey(assetId: string, kind: Kind, positions: Positions): string {
  return `${kind} ${positions} ${assetId}`;
}

/** A trace with all that it found. */
export async function loadTrace(ask: AskServer, key: string): Promise<Found> {
  const [kindText, positionsText, assetId = ''] = key.split(' ');
  const kind = KINDS.find((each) => each === kindText) ?? 'UPSTREAM';
  const positions: Positions = positionsText === 'NORMAL' ? 'NORMAL' : 'PRESENT';
  const ids = new Set<string>();
  for (let offset = 0; ; offset += PAGE) {
    const { trace: answer } = await ask(TraceIdsQuery, { assetId, kind, positions, offset });
    const { sectionIds, switchIds, transformerIds, sectionCount, switchCount, transformerCount } = answer.assets;
    for (const id of [...sectionIds, ...switchIds, ...transformerIds]) ids.add(id);
    if (offset + PAGE >= Math.min(MOST, Math.max(sectionCount, switchCount, transformerCount))) return { kind, answer, ids };
  }
}

const KINDS: readonly Kind[] = ['UPSTREAM', 'TO_SOURCE', 'DOWNSTREAM', 'LOST_IF_OPENED'];
