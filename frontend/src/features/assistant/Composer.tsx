import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import IconButton from '@mui/material/IconButton';
import TextField from '@mui/material/TextField';
import Tooltip from '@mui/material/Tooltip';
import Typography from '@mui/material/Typography';
import { useEffect, useRef } from 'react';
import type { KeyboardEvent } from 'react';

import { formatNumber } from '../../lib/format';
import type { Problem } from '../../lib/graphql/errors';
import { useStore } from '../../lib/store';
import { SendIcon, StopIcon } from '../../ui/icons';

import { focusWish } from './panelState';

/** Something before the user that goes along with the question. */
export interface ContextChip {
  key: string;
  label: string;
}

interface Props {
  text: string;
  onText: (text: string) => void;
  onSend: () => void;
  onStop: () => void;
  isRunning: boolean;
  isSending: boolean;
  problem: Problem | null;
  maxLength: number | undefined;
  chips: readonly ContextChip[];
  onDropChip: (key: string) => void;
}

const COUNT_FROM_FRAC = 0.8;

/** Where questions are written. Enter sends, Shift+Enter makes a line; while an answer is made it can be stopped. */
export function Composer(props: Props) {
  const { text, onText, onSend, onStop, isRunning, isSending, problem, maxLength, chips, onDropChip } = props;
  const inputRef = useRef<HTMLTextAreaElement>(null);
  const wish = useStore(focusWish);
  useEffect(() => inputRef.current?.focus(), [wish]);

  const canSend = text.trim() !== '' && !isSending && !isRunning;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (canSend) onSend();
  };
  const isLong = maxLength !== undefined && text.length > maxLength * COUNT_FROM_FRAC;

  return (
    <Box sx={{ borderTop: 1, borderColor: 'divider', p: 1, display: 'grid', gap: 0.75, flexShrink: 0 }}>
      {problem !== null && (
        <Typography variant="caption" component="p" color="error" role="alert" data-testid="ask-problem" data-code={problem.code} sx={{ m: 0, overflowWrap: 'anywhere' }}>
          {problem.message}
        </Typography>
      )}
      {chips.length > 0 && (
        <Box component="ul" aria-label="Goes along with the question" sx={{ listStyle: 'none', m: 0, p: 0, display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 0.5 }}>
          <Typography variant="caption" component="li" color="textSecondary" aria-hidden>
            About
          </Typography>
          {chips.map((chip) => (
            <li key={chip.key}>
              <Chip
                variant="outlined"
                label={chip.label}
                onDelete={() => onDropChip(chip.key)}
                data-testid={`context-${chip.key}`}
                title={`The question may say “this”: ${chip.label}. Press Delete to leave it out.`}
              />
            </li>
          ))}
        </Box>
      )}
      <Box sx={{ display: 'flex', alignItems: 'flex-end', gap: 0.5 }}>
        <TextField
          multiline
          fullWidth
          maxRows={8}
          placeholder="Ask about the grid"
          value={text}
          onChange={(event) => onText(event.target.value)}
          onKeyDown={onKeyDown}
          inputRef={inputRef}
          slotProps={{ htmlInput: { 'aria-label': 'Question', 'data-testid': 'question-box', maxLength, enterKeyHint: 'send' } }}
        />
        {isRunning ? (
          <Tooltip title="Stop (Esc)">
            <IconButton aria-label="Stop the answer" onClick={onStop} data-testid="stop-answer" size="medium">
              <StopIcon />
            </IconButton>
          </Tooltip>
        ) : (
          <Tooltip title="Send (Enter)">
            <span>
              <IconButton aria-label="Send" onClick={onSend} disabled={!canSend} color="primary" loading={isSending} data-testid="send-question" size="medium">
                <SendIcon />
              </IconButton>
            </span>
          </Tooltip>
        )}
      </Box>
      {isLong && (
        <Typography variant="caption" color="textSecondary" sx={{ textAlign: 'right' }}>
          {formatNumber(text.length)} of {formatNumber(maxLength)} characters
        </Typography>
      )}
    </Box>
  );
}
