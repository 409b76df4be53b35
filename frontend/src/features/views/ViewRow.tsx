import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Link from '@mui/material/Link';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useMutation } from 'urql';

import { problemOf } from '../../lib/graphql/errors';
import { tellChange } from '../../lib/notices';
import { CopyButton } from '../../ui/CopyButton';
import { DeleteIcon, EditIcon, LinkIcon, StarIcon } from '../../ui/icons';

import { DeleteSavedViewMutation, SaveViewMutation, UpdateSavedViewMutation } from './queries';
import type { SavedView } from './queries';

interface Props {
  view: SavedView;
  mayShare: boolean;
  onOpen: () => void;
  onProblem: (problem: string | null) => void;
}

type Change = Partial<Pick<SavedView, 'name' | 'isShared' | 'isDefault'>>;

/** One saved view with what can be done to it. */
export function ViewRow({ view, mayShare, onOpen, onProblem }: Props) {
  const [draft, setDraft] = useState<string | null>(null);
  const [updating, update] = useMutation(UpdateSavedViewMutation);
  const [deleting, remove] = useMutation(DeleteSavedViewMutation);
  const [, save] = useMutation(SaveViewMutation);
  const isBusy = updating.fetching || deleting.fetching;

  const change = async (values: Change): Promise<boolean> => {
    const { data, error } = await update({ input: { id: view.id, ...values } });
    const payload = data?.updateSavedView;
    const refusal = error !== undefined ? problemOf(error).message : payload?.__typename === 'OperationInfo' ? payload.message : null;
    onProblem(refusal);
    return refusal === null;
  };
  const rename = async (): Promise<void> => {
    if (draft !== null && (await change({ name: draft }))) setDraft(null);
  };
  const take = async (): Promise<void> => {
    const { data, error } = await remove({ id: view.id });
    const payload = data?.deleteSavedView;
    if (error !== undefined) { onProblem(problemOf(error).message); return; }
    if (payload?.__typename !== 'DeletedSavedView') { onProblem(payload?.message ?? 'The server gave no answer.'); return; }
    tellChange({
      severity: 'success',
      text: `View “${view.name}” is deleted`,
      undo: async () => {
        await save({ input: { name: view.name, address: view.address, isShared: view.isShared } });
      },
    });
  };

  return (
    <Box
      component="li"
      data-testid="saved-view"
      sx={{ display: 'flex', alignItems: 'center', gap: 0.5, py: 0.5, borderTop: 1, borderColor: 'divider', flexWrap: 'wrap' }}
    >
      {draft === null ? (
        <Box sx={{ flex: 1, minWidth: 180 }}>
          <Link component="button" onClick={onOpen} sx={{ fontSize: '0.875rem', textAlign: 'left', overflowWrap: 'anywhere' }}>
            {view.name}
          </Link>
          <Typography variant="caption" component="div" color="textSecondary">
            {[view.isMine ? '' : `by ${view.owner}`, view.isDefault ? 'opens after login' : '', view.isMine && view.isShared ? 'everybody sees it' : '']
              .filter((part) => part !== '')
              .join(' · ')}
          </Typography>
        </Box>
      ) : (
        <Box
          component="form"
          onSubmit={(event) => {
            event.preventDefault();
            void rename();
          }}
          sx={{ flex: 1, display: 'flex', gap: 1 }}
        >
          <TextField
            value={draft}
            onChange={(event) => setDraft(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return;
              event.stopPropagation();
              setDraft(null);
            }}
            autoFocus
            fullWidth
            slotProps={{ htmlInput: { 'aria-label': `New name of ${view.name}`, maxLength: 100, 'data-testid': 'view-rename' } }}
          />
          <Button type="submit" disabled={isBusy || draft.trim() === ''}>
            Rename
          </Button>
        </Box>
      )}
      <CopyButton label={`Copy the link of ${view.name}`} text={() => window.location.origin + view.address} />
      {view.isMine && (
        <>
          <IconButton
            aria-label={`Open ${view.name} after login`}
            title="Open after login"
            aria-pressed={view.isDefault}
            disabled={isBusy}
            color={view.isDefault ? 'primary' : 'default'}
            onClick={() => void change({ isDefault: !view.isDefault })}
          >
            <StarIcon sx={{ fontSize: 16 }} />
          </IconButton>
          {mayShare && (
            <IconButton
              aria-label={`Share ${view.name} with everybody`}
              title="Everybody sees it"
              aria-pressed={view.isShared}
              disabled={isBusy}
              color={view.isShared ? 'primary' : 'default'}
              onClick={() => void change({ isShared: !view.isShared })}
            >
              <LinkIcon sx={{ fontSize: 16 }} />
            </IconButton>
          )}
          <IconButton aria-label={`Rename ${view.name}`} title="Rename" disabled={isBusy} onClick={() => setDraft(view.name)}>
            <EditIcon sx={{ fontSize: 16 }} />
          </IconButton>
          <IconButton aria-label={`Delete ${view.name}`} title="Delete" disabled={isBusy} onClick={() => void take()}>
            <DeleteIcon sx={{ fontSize: 16 }} />
          </IconButton>
        </>
      )}
    </Box>
  );
}
