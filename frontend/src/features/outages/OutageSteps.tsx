import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useId, useState } from 'react';
import { useQuery } from 'urql';

import { humanize } from '../../lib/format';

import { Confirmation } from './Confirmation';
import type { Question } from './Confirmation';
import { CrewMenu } from './CrewMenu';
import { EstimateForm } from './EstimateForm';
import { RestoreForm } from './RestoreForm';
import { CauseCodesQuery } from './queries';
import type { CrewOnBoard, Interruption, Outage } from './queries';
import type { OutageStep } from './steps';
import { useOutageActions } from './useOutageActions';

const NOT_KNOWN = 'NOT_KNOWN';

interface Props {
  outage: Outage;
  possible: ReadonlySet<OutageStep>;
  crews: readonly CrewOnBoard[];
  open: readonly Interruption[];
  openCount: number;
  timeZone: string;
  onAssign: ((outage: Outage, crewId: string) => void) | null;
}

/** The steps that the outage allows now, for those who may change it. */
export function OutageStepsBar({ outage, possible, crews, open, openCount, timeZone, onAssign }: Props) {
  const id = useId();
  const actions = useOutageActions();
  const [question, setQuestion] = useState<Question | null>(null);
  const [form, setForm] = useState<'restore' | 'estimate' | null>(null);
  if (possible.size === 0) return null;
  const { assetId } = outage;
  return (
    <Box component="section" aria-labelledby={id} data-testid="outage-steps" sx={{ mt: 1.5 }}>
      <Typography id={id} variant="overline" component="h3" color="textSecondary">
        Steps
      </Typography>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
        {possible.has('CONFIRM') && (
          <Button
            variant="contained"
            data-testid="step-confirm"
            onClick={() =>
              setQuestion({
                title: `Confirm ${assetId}?`,
                detail: 'It was predicted; confirming says that somebody or something has seen it. It keeps its device from then on.',
                action: 'Confirm the outage',
                run: () => actions.confirm(outage),
              })
            }
          >
            Confirm
          </Button>
        )}
        {possible.has('ASSIGN') && onAssign !== null && (
          <CrewMenu
            label={outage.crew == null ? 'Assign a crew' : 'Assign another crew'}
            crews={crews}
            testId="step-assign"
            onChoose={(crew) => onAssign(outage, crew.assetId)}
          />
        )}
        {possible.has('START') && (
          <Button
            variant="contained"
            data-testid="step-start"
            onClick={() =>
              setQuestion({
                title: `Has the work on ${assetId} begun?`,
                detail: `${outage.crew?.name ?? 'The crew'} is on site from now on, and the estimate counts from now.`,
                action: 'Work has begun',
                run: () => actions.start(outage),
              })
            }
          >
            Start work
          </Button>
        )}
        {possible.has('WITHDRAW') && (
          <Button
            variant="outlined"
            data-testid="step-withdraw"
            onClick={() => {
              if (outage.status === 'ASSIGNED') void actions.withdraw(outage);
              else {
                setQuestion({
                  title: `Withdraw ${outage.crew?.name ?? 'the crew'}?`,
                  detail: 'Its work has begun. The outage is confirmed again and waits for a crew.',
                  action: 'Withdraw',
                  run: () => actions.withdraw(outage),
                });
              }
            }}
          >
            Withdraw the crew
          </Button>
        )}
        {possible.has('RESTORE') && (
          <Button
            variant="outlined"
            aria-expanded={form === 'restore'}
            data-testid="step-restore"
            onClick={() => setForm(form === 'restore' ? null : 'restore')}
          >
            Restore…
          </Button>
        )}
        {possible.has('SET_ESTIMATE') && (
          <Button variant="outlined" aria-expanded={form === 'estimate'} onClick={() => setForm(form === 'estimate' ? null : 'estimate')}>
            Estimate…
          </Button>
        )}
        {possible.has('CANCEL') && (
          <Button
            color="error"
            data-testid="step-cancel"
            onClick={() =>
              setQuestion({
                title: `Cancel ${assetId}?`,
                detail: 'Cancelling says that nobody was without supply. Its interruptions are deleted; this cannot be taken back.',
                action: 'Cancel the outage',
                isDangerous: true,
                input: { label: 'Why (kept in the history)' },
                run: (note) => actions.cancel(outage, note),
              })
            }
          >
            Cancel
          </Button>
        )}
        {possible.has('SET_CAUSE') && <CauseChoice outage={outage} onSet={(code) => void actions.setCause(outage, code)} />}
      </Box>
      {form === 'restore' && possible.has('RESTORE') && (
        <RestoreForm
          key={outage.version}
          outage={outage}
          open={open}
          openCount={openCount}
          timeZone={timeZone}
          onRestore={(restored) => actions.restore(outage, restored)}
          onClose={() => setForm(null)}
        />
      )}
      {form === 'estimate' && possible.has('SET_ESTIMATE') && (
        <EstimateForm
          outage={outage}
          timeZone={timeZone}
          onSet={(p50At, p80At) => actions.setEstimate(outage, p50At, p80At, timeZone)}
          onClose={() => setForm(null)}
        />
      )}
      {question !== null && <Confirmation question={question} onClose={() => setQuestion(null)} />}
    </Box>
  );
}

function CauseChoice({ outage, onSet }: { outage: Outage; onSet: (code: string | null) => void }) {
  const [{ data }] = useQuery({ query: CauseCodesQuery });
  const causes = data?.causeCodes ?? [];
  const current = outage.causeCode ?? NOT_KNOWN;
  return (
    <TextField
      select
      label="Cause"
      value={current}
      onChange={(event) => onSet(event.target.value === NOT_KNOWN ? null : event.target.value)}
      slotProps={{ htmlInput: { 'data-testid': 'step-cause' } }}
      sx={{ minWidth: 150 }}
    >
      <MenuItem value={NOT_KNOWN}>Not known yet</MenuItem>
      {current !== NOT_KNOWN && !causes.some(({ code }) => code === current) && <MenuItem value={current}>{humanize(current)}</MenuItem>}
      {causes.map(({ code, label }) => (
        <MenuItem key={code} value={code}>
          {label}
        </MenuItem>
      ))}
    </TextField>
  );
}
