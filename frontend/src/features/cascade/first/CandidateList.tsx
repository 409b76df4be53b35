import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useId, useState } from 'react';

import { EmptyState, ErrorState, LoadingState } from '../../../ui/StateMessage';
import { addOutage } from '../draft';

import { MeasureButton } from './MeasureButton';
import { RANKINGS } from './ranking';
import type { Candidate, Ranking } from './ranking';
import { useCandidates } from './useCandidates';

const FIRST = 12;

interface Props {
  canMeasure: boolean;
  chosen: ReadonlySet<string>;
  onSelect: (assetId: string) => void;
}

/** What could fail first, ranked, with the reason for each rank. */
export function CandidateList({ canMeasure, chosen, onSelect }: Props) {
  const id = useId();
  const [key, setKey] = useState<Ranking['key']>('risk');
  const ranking = RANKINGS.find((each) => each.key === key) ?? RANKINGS[0];
  const { candidates, note, problem, isLoading, isMissing, retry } = useCandidates(ranking, FIRST);
  return (
    <Box data-testid="candidates">
      <TextField
        id={id}
        select
        fullWidth
        label="Rank by"
        value={ranking.key}
        onChange={(event) => setKey(RANKINGS.find((each) => each.key === event.target.value)?.key ?? 'risk')}
        slotProps={{ htmlInput: { 'data-testid': 'rank-by' } }}
        sx={{ mt: 0.5 }}
      >
        {RANKINGS.map((each) => (
          <MenuItem key={each.key} value={each.key}>
            {each.label}
          </MenuItem>
        ))}
      </TextField>
      {problem !== null && <ErrorState title="The ranking could not be loaded" detail={problem} onRetry={retry} />}
      {isLoading && <LoadingState label="Loading the ranking" minHeight={120} />}
      {isMissing && ranking.what === 'branches' && (
        <EmptyState title="The present is not mapped yet" detail="Make a map under “Vulnerability”, or rank substations or buses." />
      )}
      {isMissing && ranking.what === 'buses' && (
        <EmptyState title="The buses have not been measured yet" action={<MeasureButton canMeasure={canMeasure} onDone={retry} />} />
      )}
      {note !== null && (
        <Typography variant="caption" component="p" color="textSecondary" sx={{ mt: 0.5 }}>
          {note}
        </Typography>
      )}
      <Box component="ol" aria-label={`First failures: ${ranking.label}`} sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {candidates.map((candidate, i) => (
          <Row key={candidate.assetId} candidate={candidate} rank={i + 1} isChosen={chosen.has(candidate.assetId)} onSelect={onSelect} />
        ))}
      </Box>
    </Box>
  );
}

function Row({ candidate, rank, isChosen, onSelect }: { candidate: Candidate; rank: number; isChosen: boolean; onSelect: (assetId: string) => void }) {
  return (
    <Box component="li" sx={{ display: 'grid', gridTemplateColumns: '24px 1fr auto', columnGap: 0.5, alignItems: 'start', py: 0.5, borderBottom: 1, borderColor: 'divider' }}>
      <Typography variant="caption" color="textSecondary" sx={{ pt: 0.25 }}>
        {rank}
      </Typography>
      <Box sx={{ minWidth: 0 }}>
        <Button onClick={() => onSelect(candidate.assetId)} sx={{ p: 0, minWidth: 0, textAlign: 'left' }}>
          {candidate.title}
        </Button>
        <Typography variant="caption" component="p">
          {candidate.measure}
        </Typography>
        <Typography variant="caption" component="p" color="textSecondary">
          {candidate.reason}
        </Typography>
      </Box>
      <Button
        variant="outlined"
        disabled={isChosen}
        aria-label={isChosen ? `${candidate.title} fails first` : `Let ${candidate.title} fail first`}
        onClick={() => addOutage(candidate.assetId, candidate.title)}
      >
        {isChosen ? 'Added' : 'Add'}
      </Button>
    </Box>
  );
}
