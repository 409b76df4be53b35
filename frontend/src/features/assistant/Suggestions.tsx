import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useQuery } from 'urql';

import { LoadingState } from '../../ui/StateMessage';

import type { QuestionContext } from './context';
import { AssistantSuggestionsQuery } from './queries';

/** Questions that fit what is before the user. That there are none, or they cannot be had, is no obstacle. */
export function Suggestions({ context, onAsk }: { context: QuestionContext; onAsk: (question: string) => void }) {
  const [{ data, fetching }] = useQuery({ query: AssistantSuggestionsQuery, variables: { context: { ...context, assetIds: [...context.assetIds] } } });
  const suggestions = data?.assistantSuggestions ?? [];
  if (fetching && suggestions.length === 0) return <LoadingState label="Loading suggestions" />;
  if (suggestions.length === 0) return null;
  return (
    <Box component="ul" aria-label="Suggested questions" data-testid="suggestions" sx={{ listStyle: 'none', m: 0, p: 0, display: 'grid', gap: 0.75 }}>
      {suggestions.map((suggestion) => (
        <li key={suggestion.question}>
          <Button
            variant="outlined"
            color="inherit"
            fullWidth
            onClick={() => onAsk(suggestion.question)}
            sx={{ display: 'block', textAlign: 'left', py: 0.75, px: 1.25, borderColor: 'divider' }}
          >
            {suggestion.question}
            {suggestion.reason !== '' && (
              <Typography variant="caption" component="span" color="textSecondary" sx={{ display: 'block', fontWeight: 400 }}>
                {suggestion.reason}
              </Typography>
            )}
          </Button>
        </li>
      ))}
    </Box>
  );
}
