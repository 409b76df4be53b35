import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import TextField from '@mui/material/TextField';
import Tooltip from '@mui/material/Tooltip';
import { useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';

import { EditIcon } from '../../ui/icons';

interface Props {
  text: string;
  branches: ReactNode;
  canEdit: boolean;
  maxLength: number | undefined;
  /** Ask it in other words, beside the first wording. */
  onEdit: (text: string) => void;
}

/** A question of the user's; it can be asked in other words. */
export function QuestionView({ text, branches, canEdit, maxLength, onEdit }: Props) {
  const [draft, setDraft] = useState<string | null>(null);
  const send = (): void => {
    const next = draft?.trim() ?? '';
    setDraft(null);
    if (next !== '' && next !== text) onEdit(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      setDraft(null);
    } else if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    }
  };
  if (draft !== null) {
    return (
      <Box data-question sx={{ display: 'grid', gap: 0.75 }}>
        <TextField
          multiline
          autoFocus
          maxRows={8}
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={onKeyDown}
          slotProps={{ htmlInput: { 'aria-label': 'The question in other words', 'data-testid': 'edit-question', maxLength } }}
        />
        <Box sx={{ display: 'flex', gap: 1, justifyContent: 'flex-end' }}>
          <Button color="inherit" onClick={() => setDraft(null)}>
            Keep
          </Button>
          <Button variant="outlined" onClick={send} data-testid="edit-send">
            Ask this instead
          </Button>
        </Box>
      </Box>
    );
  }
  return (
    <Box component="article" aria-label="Question" data-testid="question" data-question sx={{ display: 'grid', justifyItems: 'end', '&:hover .on-hover, &:focus-within .on-hover': { opacity: 1 } }}>
      <Box
        sx={{
          maxWidth: '88%',
          px: 1.25,
          py: 0.75,
          borderRadius: 1.5,
          bgcolor: 'action.selected',
          fontSize: '0.875rem',
          lineHeight: 1.45,
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
        }}
      >
        {text}
      </Box>
      <Box sx={{ display: 'flex', alignItems: 'center', minHeight: 24 }}>
        {branches}
        {canEdit && (
          <Tooltip title="Ask it in other words">
            <IconButton className="on-hover" aria-label="Ask it in other words" onClick={() => setDraft(text)} data-testid="question-edit" sx={{ p: 0.25, opacity: 0.45 }}>
              <EditIcon sx={{ fontSize: 16 }} />
            </IconButton>
          </Tooltip>
        )}
      </Box>
    </Box>
  );
}
