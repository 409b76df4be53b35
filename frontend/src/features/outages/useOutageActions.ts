import { useMemo } from 'react';


import { tell, useChange } from '../../lib/changes';
import type { Outcome } from '../../lib/changes';
import { formatInstant, humanize, plural } from '../../lib/format';

import {
  AssignOutageCrew,
  CancelOutage,
  ConfirmOutage,
  RestoreOutage,
  SetCrewShift,
  SetOutageCause,
  SetOutageEstimate,
  StartOutageWork,
  WithdrawOutageCrew,
} from './mutations';
import type { Crew, Outage } from './queries';

/** Customers to restore: those of some transformers or meters, or all that are left. */
export interface Restored {
  restoredAt: string;
  transformerIds: string[] | null;
  meterIds: string[] | null;
  customers: number;
}

export interface OutageActions {
  confirm: (outage: Outage) => Promise<boolean>;
  assign: (outage: Outage, crew: { assetId: string; name: string }) => Promise<boolean>;
  withdraw: (outage: Outage) => Promise<boolean>;
  start: (outage: Outage) => Promise<boolean>;
  restore: (outage: Outage, restored: Restored) => Promise<boolean>;
  setCause: (outage: Outage, causeCode: string | null) => Promise<boolean>;
  setEstimate: (outage: Outage, p50At: string | null, p80At: string | null, timeZone: string) => Promise<boolean>;
  cancel: (outage: Outage, note: string) => Promise<boolean>;
  setShift: (crew: Crew, isOnShift: boolean) => Promise<boolean>;
}

/**
 * The steps of an outage. Each is asked for the version that one sees, and refused if somebody was quicker.
 *
 * What has an opposite can be taken back, as long as nobody changed the row since.
 */
export function useOutageActions(): OutageActions {
  const confirm = useChange(ConfirmOutage);
  const assign = useChange(AssignOutageCrew);
  const withdraw = useChange(WithdrawOutageCrew);
  const start = useChange(StartOutageWork);
  const restore = useChange(RestoreOutage);
  const setCause = useChange(SetOutageCause);
  const setEstimate = useChange(SetOutageEstimate);
  const cancel = useChange(CancelOutage);
  const setShift = useChange(SetCrewShift);

  return useMemo((): OutageActions => {
    const seen = (outage: Outage) => ({ outageId: outage.assetId, expectedVersion: outage.version });
    const assignTo = (outage: Outage, crewId: string): Promise<Outcome<Outage>> => assign({ input: { ...seen(outage), crewId } });
    return {
      confirm: async (outage) => tell(await confirm({ input: seen(outage) }), `${outage.assetId} is confirmed`),
      assign: async (outage, crew) => {
        const before = outage.crew;
        return tell(await assignTo(outage, crew.assetId), `${crew.name} is assigned to ${outage.assetId}`, (row) =>
          before == null ? withdraw({ input: seen(row) }) : assignTo(row, before.assetId),
        );
      },
      withdraw: async (outage) => {
        const { crew } = outage;
        return tell(
          await withdraw({ input: seen(outage) }),
          `${crew?.name ?? 'The crew'} is withdrawn from ${outage.assetId}`,
          // Work that had begun is not begun again by assigning the crew.
          crew == null || outage.status !== 'ASSIGNED' ? undefined : (row) => assignTo(row, crew.assetId),
        );
      },
      start: async (outage) => tell(await start({ input: seen(outage) }), `Work on ${outage.assetId} has begun`),
      restore: async (outage, { customers, ...restored }) =>
        tell(
          await restore({ input: { ...seen(outage), ...restored, customersRestored: customers } }),
          `${plural(customers, 'customer')} of ${outage.assetId} restored`,
        ),
      setCause: async (outage, causeCode) => {
        const before = outage.causeCode ?? null;
        const input = (row: Outage, code: string | null) => ({ input: { ...seen(row), causeCode: code } });
        return tell(
          await setCause(input(outage, causeCode)),
          `Cause of ${outage.assetId}: ${causeCode === null ? 'not known' : humanize(causeCode).toLowerCase()}`,
          (row) => setCause(input(row, before)),
        );
      },
      setEstimate: async (outage, p50At, p80At, timeZone) =>
        tell(
          await setEstimate({
            input: { ...seen(outage), estimatedRestorationAt: p50At, estimatedRestorationP80At: p80At },
          }),
          p50At === null
            ? `The estimate of ${outage.assetId} is computed again`
            : `${outage.assetId} is expected back by ${formatInstant(p50At, timeZone)}`,
        ),
      cancel: async (outage, note) =>
        tell(await cancel({ input: { ...seen(outage), note: note === '' ? null : note } }), `${outage.assetId} is cancelled`),
      setShift: async (crew, isOnShift) => {
        const input = (row: Crew, isOn: boolean) => ({
          input: { crewId: row.assetId, isOnShift: isOn, expectedVersion: row.version },
        });
        return tell(
          await setShift(input(crew, isOnShift)),
          isOnShift ? `${crew.name} is on shift` : `The shift of ${crew.name} has ended`,
          (row) => setShift(input(row, !isOnShift)),
        );
      },
    };
  }, [confirm, assign, withdraw, start, restore, setCause, setEstimate, cancel, setShift]);
}
