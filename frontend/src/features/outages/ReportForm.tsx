import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';

import { tell, useChange } from '../../lib/changes';
import { humanize } from '../../lib/format';
import { fromZoned } from '../../lib/zonedTime';

import { ReportOutage } from './mutations';
import { reportable } from './steps';

const SOURCES = ['CALL', 'OPERATOR', 'SCADA'] as const;

interface Props {
  /** The asset selected on the map, where it can be out. */
  device: string;
  timeZone: string;
  onReported: (assetId: string, at: { lon: number; lat: number }) => void;
  onClose: () => void;
}

/** Reports that a device failed or opened; who is out follows from the network. */
export function ReportForm({ device: preset, timeZone, onReported, onClose }: Props) {
  const report = useChange(ReportOutage);
  const [device, setDevice] = useState(preset);
  const [startedAt, setStartedAt] = useState('');
  const [source, setSource] = useState<string>(SOURCES[0]);
  const [isSeen, setSeen] = useState(true);
  const [isPlanned, setPlanned] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const target = reportable(device.trim());
  const instant = startedAt === '' ? null : fromZoned(startedAt, timeZone);
  const timeProblem = startedAt !== '' && instant === null ? 'No such time here' : null;
  const deviceProblem = device !== '' && target === null ? 'The id of a switch, transformer, meter or circuit' : null;
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (target === null || timeProblem !== null) return;
    setBusy(true);
    const outcome = await report({
      input: {
        device: target,
        startedAt: instant ?? new Date().toISOString(),
        source,
        status: isSeen ? 'CONFIRMED' : 'PREDICTED',
        isPlanned,
      },
    });
    setBusy(false);
    if (tell(outcome, `${outcome.row?.assetId ?? 'The outage'} is reported`) && outcome.row !== undefined) {
      onReported(outcome.row.assetId, outcome.row);
    }
  };
  return (
    <Box
      component="form"
      noValidate
      aria-label="Report an outage"
      data-testid="report-form"
      onSubmit={(event) => void submit(event)}
      sx={{ border: 1, borderColor: 'divider', borderRadius: 1, p: 1.25, mb: 1 }}
    >
      <Typography variant="caption" component="p" color="textSecondary" sx={{ mb: 1 }}>
        Name the deepest device known to have failed or opened, or select it on the map first. Who is out follows from the network.
      </Typography>
      <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(150px, 1fr))', gap: 1 }}>
        <TextField
          label="Device id"
          value={device}
          onChange={(event) => setDevice(event.target.value)}
          error={deviceProblem !== null}
          helperText={deviceProblem ?? (target === null ? undefined : humanize(target.kind))}
          slotProps={{ htmlInput: { maxLength: 120, 'data-testid': 'report-device' } }}
        />
        <TextField
          type="datetime-local"
          label="Began (empty: now)"
          value={startedAt}
          onChange={(event) => setStartedAt(event.target.value)}
          error={timeProblem !== null}
          helperText={timeProblem ?? timeZone}
          slotProps={{ inputLabel: { shrink: true } }}
        />
        <TextField select label="Known from" value={source} onChange={(event) => setSource(event.target.value)}>
          {SOURCES.map((each) => (
            <MenuItem key={each} value={each}>
              {each === 'SCADA' ? each : humanize(each)}
            </MenuItem>
          ))}
        </TextField>
      </Box>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1 }}>
        <FormControlLabel
          control={<Checkbox size="small" checked={isSeen} onChange={(event) => setSeen(event.target.checked)} />}
          label="Confirmed"
          slotProps={{ typography: { variant: 'body2' } }}
          sx={{ ml: 0 }}
        />
        <FormControlLabel
          control={<Checkbox size="small" checked={isPlanned} onChange={(event) => setPlanned(event.target.checked)} />}
          label="Planned"
          slotProps={{ typography: { variant: 'body2' } }}
          sx={{ ml: 0 }}
        />
        <Box sx={{ flex: 1 }} />
        <Button type="submit" variant="contained" disabled={isBusy || target === null || timeProblem !== null} data-testid="report-submit">
          Report
        </Button>
        <Button onClick={onClose}>Close</Button>
      </Box>
    </Box>
  );
}
