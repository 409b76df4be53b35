import Box from '@mui/material/Box';
import { useCallback, useEffect, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useQuery } from 'urql';

import { problemOf } from '../../lib/graphql/errors';
import { useStore } from '../../lib/store';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { EmptyState } from '../../ui/StateMessage';

import { ConversationView } from './ConversationView';
import { PanelHeader } from './PanelHeader';
import { Resizer } from './Resizer';
import { ThreadList } from './ThreadList';
import type { AnswerActions } from './actions';
import type { QuestionContext } from './context';
import { closePanel, focusWish, MIN_WIDTH_PX, mentionedAssets, openPanel, PANEL_ID, panelState, patchPanel } from './panelState';
import { AssistantInfoQuery } from './queries';
import { useConversation } from './useConversation';
import { useWindowWidth } from './useWindowWidth';

interface Props extends Omit<AnswerActions, 'onAsk'> {
  context: QuestionContext;
  /** Width that the page beside the panel needs; with less the panel lies over it. */
  pageNeedsPx: number;
}

const BACKENDS: Readonly<Record<string, string>> = {
  EMBEDDED: 'Built-in, works without a network',
  CORTEX: 'Snowflake Cortex',
  OPENAI: 'Model server',
};

/** The assistant: a panel beside the page, or over it where the window is narrow. */
export function AssistantPanel({ context, pageNeedsPx, ...actions }: Props) {
  const state = useStore(panelState);
  const { threadId } = state;
  const [isListShown, setListShown] = useState(false);
  const [runningId, setRunningId] = useState<string | null>(null);
  const [{ data, error }] = useQuery({ query: AssistantInfoQuery });
  const info = data?.assistant;
  const conversation = useConversation(threadId);
  const room = useWindowWidth() - pageNeedsPx;
  const canDock = room >= MIN_WIDTH_PX;
  const isDocked = canDock && state.isDocked;
  const widthPx = isDocked ? Math.min(state.widthPx, room) : state.widthPx;
  const isForbidden = error !== undefined && problemOf(error).code === 'PERMISSION_DENIED';

  useEffect(() => () => mentionedAssets.set([]), []);
  const onRunning = useCallback((answerId: string, isRunning: boolean) => {
    setRunningId((now) => (isRunning ? answerId : now === answerId ? null : now));
  }, []);
  const open = (next: string | null): void => {
    setListShown(false);
    setRunningId(null);
    mentionedAssets.set([]);
    patchPanel({ threadId: next });
    focusWish.set((count) => count + 1);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    if (isListShown) {
      setListShown(false);
      openPanel();
    } else if (runningId !== null) void conversation.stop(runningId);
    else closePanel();
  };

  return (
    <Box
      component="aside"
      id={PANEL_ID}
      aria-label="Assistant"
      data-testid="assistant-panel"
      data-docked={isDocked}
      onKeyDown={onKeyDown}
      sx={{
        display: 'flex',
        flexDirection: 'column',
        flexShrink: 0,
        borderLeft: 1,
        borderColor: 'divider',
        bgcolor: 'background.paper',
        position: isDocked ? 'relative' : 'absolute',
        ...(isDocked ? {} : { top: 0, right: 0, bottom: 0, maxWidth: '100%', zIndex: 5, boxShadow: 12 }),
      }}
      style={{ width: widthPx }}
    >
      <Resizer widthPx={widthPx} onWidth={(next) => patchPanel({ widthPx: next })} />
      <PanelHeader
        title={isListShown ? 'Conversations' : (conversation.thread?.title ?? 'Assistant')}
        subtitle={info === undefined ? '' : (info.note ?? BACKENDS[info.backend] ?? info.backend)}
        threadId={conversation.thread?.id ?? null}
        isListShown={isListShown}
        isDocked={canDock ? isDocked : null}
        onList={() => setListShown((shown) => !shown)}
        onNew={() => open(null)}
        onDock={(next) => patchPanel({ isDocked: next })}
      />
      <ErrorBoundary name="The assistant">
        {isForbidden ? (
          <EmptyState title="Your account may not use the assistant" detail="Somebody who manages users can allow it." />
        ) : isListShown ? (
          <ThreadList
            shownId={threadId}
            timeZone={actions.timeZone}
            onOpen={open}
            onDeleted={(deleted) => {
              if (deleted === threadId) patchPanel({ threadId: null });
            }}
          />
        ) : (
          <ConversationView
            conversation={conversation}
            context={context}
            actions={actions}
            maxLength={info?.maxQuestionCharacters}
            runningId={runningId}
            onRunning={onRunning}
            onNew={() => open(null)}
          />
        )}
      </ErrorBoundary>
    </Box>
  );
}
