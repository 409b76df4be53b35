import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useCallback, useEffect, useState } from 'react';

import { useStore } from '../../lib/store';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';

import { AnswerView } from './AnswerView';
import { BranchSwitch } from './BranchSwitch';
import { Composer } from './Composer';
import { QuestionView } from './QuestionView';
import { Suggestions } from './Suggestions';
import { AnswerActionsContext } from './actions';
import type { AnswerActions } from './actions';
import { contextChips, contextWithout } from './context';
import type { QuestionContext } from './context';
import { questionWish } from './panelState';
import type { Conversation } from './useConversation';
import { useFollowEnd } from './useFollowEnd';

interface Props {
  conversation: Conversation;
  context: QuestionContext;
  actions: Omit<AnswerActions, 'onAsk'>;
  maxLength: number | undefined;
  runningId: string | null;
  onRunning: (answerId: string, isRunning: boolean) => void;
  onNew: () => void;
}

/** The conversation shown and where the next question is written. */
export function ConversationView({ conversation, context, actions, maxLength, runningId, onRunning, onNew }: Props) {
  const { path, thread, pending, ask, retry, stop } = conversation;
  const wished = useStore(questionWish);
  const [text, setText] = useState(wished ?? '');
  const [taken, setTaken] = useState(wished);
  if (wished !== taken) {
    setTaken(wished);
    if (wished !== null) setText(wished);
  }
  useEffect(() => questionWish.set(null), [wished]);
  const [dropped, setDropped] = useState<readonly string[]>([]);
  const { frameRef, contentRef, isAway, toEnd } = useFollowEnd('[data-question]');
  const isNew = path.length === 0 && pending === null;
  const sentContext = contextWithout(context, dropped);
  const isBusy = pending !== null || runningId !== null;

  const askIn = async (question: string, parentId: string | null): Promise<boolean> => {
    const isTaken = await ask(question, parentId, sentContext);
    if (isTaken) toEnd();
    return isTaken;
  };
  const lastId = path.at(-1)?.message.id ?? null;
  const sendText = async (): Promise<void> => {
    const question = text.trim();
    setText('');
    // What was not taken goes back into the box, unless something new stands there.
    if (!(await askIn(question, lastId))) setText((now) => (now === '' ? question : now));
  };
  const onRetry = useCallback((answerId: string) => void retry(answerId), [retry]);
  const answerActions: AnswerActions = { ...actions, onAsk: (question, answerId) => void (isBusy ? undefined : askIn(question, answerId)) };

  return (
    <>
      <Box ref={frameRef} sx={{ flex: 1, minHeight: 0, overflowY: 'auto', scrollbarGutter: 'stable' }} tabIndex={0} role="region" aria-label="Conversation" data-testid="conversation">
        <Box ref={contentRef} sx={{ p: 1.5, pr: 0.75, display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 1.25 }}>
          {conversation.isLoading && <LoadingState label="Loading the conversation" minHeight={160} />}
          {conversation.loadProblem !== null && (
            <ErrorState title="The conversation could not be loaded" detail={conversation.loadProblem.message} onRetry={conversation.reload} />
          )}
          {conversation.isMissing && (
            <EmptyState
              title="There is no such conversation"
              detail="It was deleted, or it is somebody else's."
              action={
                <Button variant="outlined" onClick={onNew}>
                  Start a new one
                </Button>
              }
            />
          )}
          {isNew && thread === null && !conversation.isLoading && !conversation.isMissing && conversation.loadProblem === null && (
            <Welcome context={sentContext} onAsk={(question) => void askIn(question, null)} />
          )}
          <AnswerActionsContext.Provider value={answerActions}>
            {path.map((entry) => {
              const { message } = entry;
              const isLast = message.id === lastId;
              if (message.role === 'USER') {
                return (
                  <QuestionView
                    key={message.id}
                    text={message.text}
                    maxLength={maxLength}
                    canEdit={!isBusy}
                    onEdit={(next) => void askIn(next, message.parentId ?? null)}
                    branches={<BranchSwitch entry={entry} what="question" onChoose={conversation.choose} />}
                  />
                );
              }
              return (
                <AnswerView
                  key={message.id}
                  message={message}
                  threadId={thread?.id ?? ''}
                  isLast={isLast}
                  onRetry={onRetry}
                  onRunning={onRunning}
                  branches={<BranchSwitch entry={entry} what="answer" onChoose={conversation.choose} />}
                />
              );
            })}
          </AnswerActionsContext.Provider>
          {pending !== null && (
            <Box sx={{ opacity: 0.7 }}>
              <QuestionView text={pending} canEdit={false} maxLength={maxLength} branches={null} onEdit={() => undefined} />
            </Box>
          )}
        </Box>
      </Box>
      {isAway && (
        <Box sx={{ position: 'relative', height: 0 }}>
          <Button variant="contained" color="inherit" onClick={toEnd} sx={{ position: 'absolute', bottom: 8, left: '50%', transform: 'translateX(-50%)' }}>
            To the newest
          </Button>
        </Box>
      )}
      <Composer
        text={text}
        onText={(next) => {
          setText(next);
          if (conversation.problem !== null) conversation.clearProblem();
        }}
        onSend={() => void sendText()}
        onStop={() => runningId !== null && void stop(runningId)}
        isRunning={runningId !== null}
        isSending={pending !== null}
        problem={conversation.problem}
        maxLength={maxLength}
        chips={contextChips(sentContext)}
        onDropChip={(key) => setDropped((keys) => [...keys, key])}
      />
    </>
  );
}

function Welcome({ context, onAsk }: { context: QuestionContext; onAsk: (question: string) => void }) {
  return (
    <Box sx={{ display: 'grid', gap: 1.5, pt: 1 }} data-testid="assistant-welcome">
      <Box>
        <Typography variant="h2" component="h3" sx={{ m: 0 }}>
          What would you like to know?
        </Typography>
        <Typography variant="caption" component="p" color="textSecondary" sx={{ m: 0, mt: 0.5 }}>
          Ask about assets, loading, outages, cascades, reliability or customers, or about the manuals and rules. Every
          answer shows what it rests on.
        </Typography>
      </Box>
      <Suggestions context={context} onAsk={onAsk} />
    </Box>
  );
}
