import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';

import { useAnswerActions } from './actions';
import type { ChoicesEvent } from './events';

const TITLES: Readonly<Record<ChoicesEvent['reason'], string>> = {
  AMBIGUOUS: 'Which do you mean?',
  UNKNOWN_WORDS: 'Did you mean one of these?',
  FOLLOW_UP: 'Ask next',
};

/** What may have been meant, or what could be asked next: a button asks it. */
export function ChoiceButtons({ choices, answerId }: { choices: ChoicesEvent; answerId: string }) {
  const { onAsk } = useAnswerActions();
  const title = choices.message ?? TITLES[choices.reason];
  return (
    <Box role="group" aria-label={title} data-testid="answer-choices" data-reason={choices.reason}>
      <Typography variant="caption" component="p" color="textSecondary" sx={{ m: 0, mb: 0.5 }}>
        {title}
      </Typography>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.5 }}>
        {choices.choices.map((choice) => (
          <Button
            key={`${choice.label}\n${choice.question}`}
            variant="outlined"
            color={choices.reason === 'FOLLOW_UP' ? 'inherit' : 'primary'}
            onClick={() => onAsk(choice.question, answerId)}
            title={choice.question === choice.label ? undefined : choice.question}
            sx={{ textAlign: 'left', justifyContent: 'flex-start', lineHeight: 1.35, py: 0.375 }}
          >
            {choice.label}
          </Button>
        ))}
      </Box>
    </Box>
  );
}
