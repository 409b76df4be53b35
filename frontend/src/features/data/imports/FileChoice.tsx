import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import ListSubheader from '@mui/material/ListSubheader';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useEffect, useRef, useState } from 'react';
import type { ChangeEvent } from 'react';

import { formatInstant, formatNumber } from '../../../lib/format';
import type { Problem } from '../../../lib/graphql/errors';
import { Refusal } from '../common/Refusal';
import { formatBytes } from '../common/sizes';

import { FILE_ENDINGS } from './layers';
import type { ImportFile } from './queries';
import { upload } from './upload';

interface Props {
  /** Digest of a received file, or the name of one in the inbox; empty: none yet. */
  file: string;
  files: readonly ImportFile[];
  inbox: readonly string[];
  onChoose: (file: string) => void;
  onReceived: (digest: string) => void;
  timeZone: string | undefined;
}

interface Sending {
  name: string;
  sentFrac: number;
}

/** Upload a file, or choose one that is there. */
export function FileChoice({ file, files, inbox, onChoose, onReceived, timeZone }: Props) {
  const [sending, setSending] = useState<Sending | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const abort = useRef<(() => void) | null>(null);
  useEffect(() => () => abort.current?.(), []);

  const send = (event: ChangeEvent<HTMLInputElement>): void => {
    const chosen = event.target.files?.[0];
    // The same file can be chosen again after it was mended.
    event.target.value = '';
    if (chosen === undefined) return;
    setProblem(null);
    setSending({ name: chosen.name, sentFrac: 0 });
    abort.current = upload(
      chosen,
      (sentFrac) => setSending({ name: chosen.name, sentFrac }),
      (result) => {
        setSending(null);
        setProblem(result.problem);
        if (result.received !== null) onReceived(result.received.digest);
      },
    );
  };
  const stop = (): void => {
    abort.current?.();
    setSending(null);
  };

  return (
    <Box>
      <Box sx={{ display: 'flex', gap: 1.5, alignItems: 'center', flexWrap: 'wrap' }}>
        <Button variant="contained" disabled={sending !== null} onClick={() => input.current?.click()}>
          Upload a file
        </Button>
        <input ref={input} type="file" hidden accept={FILE_ENDINGS} onChange={send} data-testid="import-upload" />
        <TextField
          select
          label="File"
          value={file}
          onChange={(event) => onChoose(event.target.value)}
          slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true }, htmlInput: { 'data-testid': 'import-file' } }}
          sx={{ minWidth: 340 }}
        >
          <MenuItem value="">Choose a received file</MenuItem>
          {files.map((each) => (
            <MenuItem key={each.digest} value={each.digest}>
              {each.name} ({formatBytes(each.sizeBytes)}, {formatInstant(each.receivedAt, timeZone)})
            </MenuItem>
          ))}
          {inbox.length > 0 && <ListSubheader>In the inbox of the import folder</ListSubheader>}
          {inbox.map((name) => (
            <MenuItem key={`inbox ${name}`} value={name}>
              {name}
            </MenuItem>
          ))}
        </TextField>
      </Box>
      {sending !== null && (
        <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.5, mt: 1, maxWidth: 560 }} data-testid="upload-progress">
          <Typography variant="caption" noWrap sx={{ maxWidth: 220 }}>
            {sending.name}
          </Typography>
          <LinearProgress
            variant={sending.sentFrac < 1 ? 'determinate' : 'indeterminate'}
            value={sending.sentFrac * 100}
            aria-label={`Upload of ${sending.name}`}
            sx={{ flex: 1 }}
          />
          <Typography variant="caption">{sending.sentFrac < 1 ? `${formatNumber(sending.sentFrac * 100)}%` : 'being kept'}</Typography>
          <Button color="inherit" variant="outlined" onClick={stop}>
            Stop
          </Button>
        </Box>
      )}
      <Refusal problem={problem} onClose={() => setProblem(null)} />
    </Box>
  );
}
