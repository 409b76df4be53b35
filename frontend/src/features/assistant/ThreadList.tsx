import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import InputAdornment from '@mui/material/InputAdornment';
import TextField from '@mui/material/TextField';
import Tooltip from '@mui/material/Tooltip';
import Typography from '@mui/material/Typography';
import { useEffect, useState } from 'react';
import { useMutation, useQuery } from 'urql';

import { ageSeconds, formatAge, formatInstant, plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { DeleteIcon, EditIcon, SearchIcon } from '../../ui/icons';
import { useNow } from '../../ui/useNow';

import { AssistantThreadsQuery, DeleteThreadMutation, RenameThreadMutation } from './queries';
import type { AssistantThreadRow } from './queries';

const PAGE = 30;
const DEBOUNCE_MS = 250;
const MAX_TITLE = 200;

interface Props {
  shownId: string | null;
  timeZone: string | undefined;
  onOpen: (threadId: string) => void;
  onDeleted: (threadId: string) => void;
}

/** The user's conversations, newest first; found by words of their titles and texts. */
export function ThreadList({ shownId, timeZone, onOpen, onDeleted }: Props) {
  const [text, setText] = useState('');
  const [search, setSearch] = useState('');
  const [first, setFirst] = useState(PAGE);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSearch(text.trim());
      setFirst(PAGE);
    }, DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const [{ data, error, fetching }, refetch] = useQuery({
    query: AssistantThreadsQuery,
    variables: { search: search === '' ? null : search, first, offset: 0 },
    requestPolicy: 'cache-and-network',
  });
  const page = data?.assistantThreads;

  return (
    <Box sx={{ flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column' }} data-testid="thread-list">
      <Box sx={{ p: 1 }}>
        <TextField
          fullWidth
          autoFocus
          placeholder="Search conversations"
          value={text}
          onChange={(event) => setText(event.target.value)}
          slotProps={{
            input: {
              startAdornment: (
                <InputAdornment position="start">
                  <SearchIcon fontSize="small" />
                </InputAdornment>
              ),
            },
            htmlInput: { 'aria-label': 'Search conversations', 'data-testid': 'thread-search', maxLength: 200 },
          }}
        />
      </Box>
      <Box sx={{ flex: 1, minHeight: 0, overflowY: 'auto', px: 1, pb: 1 }}>
        {page === undefined && error !== undefined && !fetching && (
          <ErrorState title="The conversations could not be loaded" detail={problemOf(error).message} onRetry={() => refetch({ requestPolicy: 'network-only' })} />
        )}
        {page === undefined && error === undefined && <LoadingState label="Loading conversations" minHeight={160} />}
        {page?.threads.length === 0 && (
          <EmptyState title={search === '' ? 'No conversation yet' : 'Nothing found'} detail={search === '' ? 'The first question begins one.' : `No conversation of yours has “${search}” in it.`} />
        )}
        <Box component="ul" aria-label="Conversations" sx={{ listStyle: 'none', m: 0, p: 0 }}>
          {page?.threads.map((thread) => (
            <ThreadRow key={thread.id} thread={thread} isShown={thread.id === shownId} timeZone={timeZone} onOpen={onOpen} onDeleted={onDeleted} />
          ))}
        </Box>
        {page !== undefined && page.threads.length < page.totalCount && (
          <Button fullWidth loading={fetching} onClick={() => setFirst((count) => count + PAGE)}>
            Show more of {plural(page.totalCount, 'conversation')}
          </Button>
        )}
      </Box>
    </Box>
  );
}

interface RowProps {
  thread: AssistantThreadRow;
  isShown: boolean;
  timeZone: string | undefined;
  onOpen: (threadId: string) => void;
  onDeleted: (threadId: string) => void;
}

function ThreadRow({ thread, isShown, timeZone, onOpen, onDeleted }: RowProps) {
  const [mode, setMode] = useState<'shown' | 'renaming' | 'deleting'>('shown');
  const [problem, setProblem] = useState<string | null>(null);
  const [{ fetching }, remove] = useMutation(DeleteThreadMutation);
  const now = useNow();

  const onDelete = async (): Promise<void> => {
    const { data, error } = await remove({ input: { id: thread.id } });
    if (error !== undefined) setProblem(problemOf(error).message);
    else if (data?.deleteAssistantThread.__typename === 'OperationInfo') setProblem(data.deleteAssistantThread.message);
    else onDeleted(thread.id);
  };

  return (
    <Box component="li" data-testid={`thread-${thread.id}`} sx={{ borderRadius: 1, bgcolor: isShown ? 'action.selected' : undefined, '&:hover': { bgcolor: 'action.hover' } }}>
      {mode === 'renaming' ? (
        <RenameForm thread={thread} onProblem={setProblem} onClose={() => setMode('shown')} />
      ) : (
        <Box sx={{ display: 'flex', alignItems: 'center' }}>
          <Button
            color="inherit"
            onClick={() => onOpen(thread.id)}
            aria-current={isShown ? 'true' : undefined}
            sx={{ flex: 1, minWidth: 0, display: 'block', textAlign: 'left', px: 1, py: 0.5, fontWeight: 400 }}
          >
            <Typography component="span" noWrap sx={{ display: 'block', fontSize: '0.8125rem' }}>
              {thread.title}
            </Typography>
            <Typography variant="caption" component="span" color="textSecondary" title={formatInstant(thread.updatedAt, timeZone)}>
              {formatAge(ageSeconds(thread.updatedAt, now))} ago · {plural(thread.messageCount, 'message')}
            </Typography>
          </Button>
          <Tooltip title="Rename">
            <IconButton aria-label={`Rename ${thread.title}`} onClick={() => setMode('renaming')}>
              <EditIcon sx={{ fontSize: 16 }} />
            </IconButton>
          </Tooltip>
          <Tooltip title="Delete">
            <IconButton aria-label={`Delete ${thread.title}`} onClick={() => setMode('deleting')} data-testid={`delete-${thread.id}`}>
              <DeleteIcon sx={{ fontSize: 16 }} />
            </IconButton>
          </Tooltip>
        </Box>
      )}
      {mode === 'deleting' && (
        <Box role="group" aria-label={`Delete ${thread.title}?`} sx={{ display: 'flex', alignItems: 'center', gap: 0.5, px: 1, pb: 0.5 }}>
          <Typography variant="caption" sx={{ flex: 1 }}>
            Delete it for good?
          </Typography>
          <Button color="inherit" autoFocus onClick={() => setMode('shown')}>
            Keep
          </Button>
          <Button color="error" variant="outlined" loading={fetching} onClick={() => void onDelete()} data-testid="confirm-delete">
            Delete
          </Button>
        </Box>
      )}
      {problem !== null && (
        <Typography variant="caption" component="p" color="error" role="alert" sx={{ m: 0, px: 1, pb: 0.5 }}>
          {problem}
        </Typography>
      )}
    </Box>
  );
}

function RenameForm({ thread, onProblem, onClose }: { thread: AssistantThreadRow; onProblem: (problem: string | null) => void; onClose: () => void }) {
  const [title, setTitle] = useState(thread.title);
  const [{ fetching }, rename] = useMutation(RenameThreadMutation);
  const save = async (): Promise<void> => {
    const next = title.trim();
    if (next === '' || next === thread.title) {
      onClose();
      return;
    }
    const { data, error } = await rename({ input: { id: thread.id, title: next } });
    if (error !== undefined) onProblem(problemOf(error).message);
    else if (data?.renameAssistantThread.__typename === 'OperationInfo') onProblem(data.renameAssistantThread.message);
    else {
      onProblem(null);
      onClose();
    }
  };
  return (
    <Box
      component="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      sx={{ display: 'flex', gap: 0.5, p: 0.5 }}
    >
      <TextField
        fullWidth
        autoFocus
        value={title}
        onChange={(event) => setTitle(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          onClose();
        }}
        slotProps={{ htmlInput: { 'aria-label': 'Title', 'data-testid': 'thread-title', maxLength: MAX_TITLE } }}
      />
      <Button type="submit" variant="outlined" loading={fetching}>
        Save
      </Button>
    </Box>
  );
}
