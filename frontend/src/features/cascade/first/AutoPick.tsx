import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useClient } from 'urql';

import { problemOf } from '../../../lib/graphql/errors';
import { TargetIcon } from '../../../ui/icons';
import { draftStore } from '../draft';

import { RankedBranchesQuery, RankedSubstationsQuery } from './queries';
import { candidateOfBranch, candidateOfSubstation } from './ranking';
import type { Candidate } from './ranking';

/** Lets the likeliest first failure of a cascade fail: N-1 by the vulnerability map, else by customers. */
export function AutoPick({ onSelect }: { onSelect: (assetId: string) => void }) {
  const client = useClient();
  const [isBusy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ text: string; isProblem: boolean } | null>(null);

  const find = async (): Promise<{ candidate: Candidate | null; basis: string; problem: string | null }> => {
    const branches = await client.query(RankedBranchesQuery, { order: 'LIKELIHOOD', first: 1 }, { requestPolicy: 'network-only' }).toPromise();
    const [branch] = branches.data?.vulnerabilityMap?.entries.items ?? [];
    if (branch !== undefined) {
      const basis = branch.isCascade === false ? 'no single loss ends in a cascade now; this one loses the most' : 'most likely to cascade';
      return { candidate: candidateOfBranch(branch), basis, problem: null };
    }
    const substations = await client.query(RankedSubstationsQuery, { order: 'CUSTOMERS', first: 1 }, { requestPolicy: 'network-only' }).toPromise();
    const [substation] = substations.data?.patientZeroCandidates.items ?? [];
    if (substation !== undefined) {
      return { candidate: candidateOfSubstation(substation, 'CUSTOMERS'), basis: 'the most customers, as the present is not mapped', problem: null };
    }
    const error = substations.error ?? branches.error;
    return { candidate: null, basis: '', problem: error === undefined ? null : problemOf(error).message };
  };
  const pick = async (): Promise<void> => {
    setBusy(true);
    const { candidate, basis, problem } = await find();
    setBusy(false);
    if (candidate === null) {
      setSaid({ text: problem ?? 'Nothing is ranked yet.', isProblem: true });
      return;
    }
    draftStore.set((draft) => ({ ...draft, outages: [{ assetId: candidate.assetId, name: candidate.title }] }));
    onSelect(candidate.assetId);
    setSaid({ text: `${candidate.title}: ${basis} (${candidate.measure}; ${candidate.reason}).`, isProblem: false });
  };
  return (
    <>
      <Button size="small" startIcon={<TargetIcon fontSize="small" />} loading={isBusy} loadingPosition="start" onClick={() => void pick()} data-testid="auto-pick">
        Highest risk (N-1)
      </Button>
      {said !== null && (
        <Typography variant="caption" component="p" role="status" color={said.isProblem ? 'error' : 'textSecondary'} data-testid="auto-pick-reason">
          {said.text}
        </Typography>
      )}
    </>
  );
}
