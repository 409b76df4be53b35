import type { CircuitRecords } from './model/records';
import { CircuitHeadQuery, OffNormalQuery, SectionsQuery, SwitchesQuery, UnitsQuery } from './queries';
import type { CircuitHead } from './queries';
import { allPages, pageOf } from './useLoaded';
import type { AskServer } from './useLoaded';

/** A circuit as it is drawn. */
export interface Circuit {
  head: CircuitHead;
  records: CircuitRecords;
  /** Switches not in their normal positions; null: the present ones are not known. */
  offNormal: readonly string[] | null;
}

/** Null: there is no such circuit that the account may see. */
export async function loadCircuit(ask: AskServer, assetId: string): Promise<Circuit | null> {
  const { circuit: head } = await ask(CircuitHeadQuery, { assetId });
  if (head === null) return null;
  const switchesOf = (filters: { circuitId: { exact: string } } | { otherCircuitId: { exact: string } }) =>
    allPages(async (after) => pageOf((await ask(SwitchesQuery, { filters, after })).switches));
  const [sections, units, own, others, present] = await Promise.all([
    allPages(async (after) => pageOfCircuit((await ask(SectionsQuery, { assetId, after })).circuit?.sections)),
    allPages(async (after) => pageOfCircuit((await ask(UnitsQuery, { assetId, after })).circuit?.transformers)),
    switchesOf({ circuitId: { exact: assetId } }),
    switchesOf({ otherCircuitId: { exact: assetId } }),
    ask(OffNormalQuery, { assetId }),
  ]);
  const { trace } = present;
  const switches = [...new Map([...own, ...others].map((each) => [each.assetId, each])).values()];
  return {
    head,
    records: { circuitId: assetId, substationId: head.substation.assetId, sections, switches, units },
    offNormal: trace.positions === 'PRESENT' ? trace.switchesOffNormal : null,
  };
}

function pageOfCircuit<Node>(connection: Parameters<typeof pageOf<Node>>[0] | undefined): ReturnType<typeof pageOf<Node>> {
  return connection === undefined ? { rows: [], next: null } : pageOf(connection);
}
