import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import IconButton from '@mui/material/IconButton';
import TextField from '@mui/material/TextField';
import Tooltip from '@mui/material/Tooltip';
import Typography from '@mui/material/Typography';
import { useEffect, useRef, useState } from 'react';
import { useMutation } from 'urql';

import type { VariablesOf } from '../../gql/graphql';
import { humanize } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { ThumbDownIcon, ThumbUpIcon } from '../../ui/icons';

import { GiveFeedbackMutation } from './queries';
import type { AssistantMessage } from './queries';

type Category = NonNullable<VariablesOf<typeof GiveFeedbackMutation>['input']['categories']>[number];

const CATEGORIES: Readonly<Record<'good' | 'bad', readonly Category[]>> = {
  good: ['HELPFUL', 'OTHER'],
  bad: ['WRONG_DATA', 'MISUNDERSTOOD', 'INCOMPLETE', 'TOO_SLOW', 'NOT_SAFE', 'OTHER'],
};
const MAX_COMMENT = 2_000;

/** A thumb is sent at once; why, with a comment, may follow. */
export function FeedbackButtons({ message, onOpen, isOpen }: { message: AssistantMessage; onOpen: (isOpen: boolean) => void; isOpen: boolean }) {
  const [{ fetching }, give] = useMutation(GiveFeedbackMutation);
  const given = message.feedback?.isPositive ?? null;
  const rate = async (isPositive: boolean): Promise<void> => {
    if (given === isPositive) {
      onOpen(!isOpen);
      return;
    }
    await give({ input: { answerId: message.id, isPositive, categories: [], comment: '' } });
    onOpen(true);
  };
  return (
    <>
      {[true, false].map((isPositive) => (
        <Tooltip key={String(isPositive)} title={isPositive ? 'Good answer' : 'Bad answer'}>
          <IconButton
            aria-label={isPositive ? 'Good answer' : 'Bad answer'}
            aria-pressed={given === isPositive}
            color={given === isPositive ? 'primary' : 'default'}
            disabled={fetching}
            onClick={() => void rate(isPositive)}
            data-testid={isPositive ? 'feedback-good' : 'feedback-bad'}
          >
            {isPositive ? <ThumbUpIcon sx={{ fontSize: 16 }} /> : <ThumbDownIcon sx={{ fontSize: 16 }} />}
          </IconButton>
        </Tooltip>
      ))}
    </>
  );
}

/** Why an answer was good or bad. */
export function FeedbackForm({ message, onClose }: { message: AssistantMessage; onClose: () => void }) {
  const { feedback } = message;
  const isPositive = feedback?.isPositive ?? false;
  const [categories, setCategories] = useState<readonly Category[]>(feedback?.categories ?? []);
  const [comment, setComment] = useState(feedback?.comment ?? '');
  const [problem, setProblem] = useState<string | null>(null);
  const [{ fetching }, give] = useMutation(GiveFeedbackMutation);

  const formRef = useRef<HTMLFormElement>(null);
  useEffect(() => formRef.current?.scrollIntoView({ block: 'nearest' }), []);

  const toggle = (category: Category): void =>
    setCategories((chosen) => (chosen.includes(category) ? chosen.filter((each) => each !== category) : [...chosen, category]));
  const send = async (): Promise<void> => {
    const { data, error } = await give({ input: { answerId: message.id, isPositive, categories: [...categories], comment: comment.trim() } });
    if (error !== undefined) setProblem(problemOf(error).message);
    else if (data?.giveAssistantFeedback.__typename === 'OperationInfo') setProblem(data.giveAssistantFeedback.message);
    else onClose();
  };

  return (
    <Box
      component="form"
      ref={formRef}
      aria-label="Feedback"
      data-testid="feedback-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      sx={{ border: 1, borderColor: 'divider', borderRadius: 1, p: 1, display: 'grid', gap: 1 }}
    >
      <Box role="group" aria-label={isPositive ? 'What was good' : 'What was wrong'} sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.5 }}>
        {CATEGORIES[isPositive ? 'good' : 'bad'].map((category) => (
          <Chip
            key={category}
            label={humanize(category)}
            variant={categories.includes(category) ? 'filled' : 'outlined'}
            color={categories.includes(category) ? 'primary' : 'default'}
            aria-pressed={categories.includes(category)}
            onClick={() => toggle(category)}
          />
        ))}
      </Box>
      <TextField
        multiline
        minRows={2}
        maxRows={6}
        label="Comment (optional)"
        value={comment}
        onChange={(event) => setComment(event.target.value)}
        slotProps={{ htmlInput: { maxLength: MAX_COMMENT, 'data-testid': 'feedback-comment' } }}
      />
      {problem !== null && (
        <Typography variant="caption" color="error" role="alert">
          {problem}
        </Typography>
      )}
      <Box sx={{ display: 'flex', gap: 1, justifyContent: 'flex-end' }}>
        <Button color="inherit" onClick={onClose}>
          Close
        </Button>
        <Button type="submit" variant="outlined" loading={fetching} data-testid="feedback-send">
          Send
        </Button>
      </Box>
    </Box>
  );
}
