import Autocomplete from '@mui/material/Autocomplete';
import Box from '@mui/material/Box';
import InputAdornment from '@mui/material/InputAdornment';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';

import type { ResultOf } from '../../gql/graphql';
import { humanize } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { SearchIcon } from '../../ui/icons';

import { SearchQuery } from './queries';

export type SearchHit = ResultOf<typeof SearchQuery>['search'][number];

const DEBOUNCE_MS = 200;
const FIRST = 12;
const MIN_LENGTH = 2;

interface Props {
  label: string;
  onPick: (hit: SearchHit) => void;
  /** Kinds to offer, as natural-key prefixes; all if left out. */
  prefixes?: readonly string[];
  testId?: string;
}

/** Finds assets by name or id. */
export function SearchBox({ label, onPick, prefixes, testId = 'search' }: Props) {
  const [text, setText] = useState('');
  const [asked, setAsked] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const isAsking = asked.length >= MIN_LENGTH;
  const [{ data, error, fetching }] = useQuery({
    query: SearchQuery,
    variables: { text: asked, first: FIRST },
    pause: !isAsking,
  });
  const isCurrent = isAsking && asked === text.trim();
  const hits = isCurrent ? (data?.search ?? []) : [];
  const options = hits.filter(
    (hit) => prefixes === undefined || prefixes.some((prefix) => hit.assetId.startsWith(`${prefix}-`)),
  );

  return (
    <Autocomplete<SearchHit, false, false, true>
      freeSolo={false as never}
      options={options}
      value={null}
      inputValue={text}
      onInputChange={(_event, next, reason) => reason !== 'reset' && setText(next)}
      onChange={(_event, hit) => {
        if (hit === null || typeof hit === 'string') return;
        setText('');
        onPick(hit);
      }}
      filterOptions={(all) => all}
      getOptionLabel={(hit) => (typeof hit === 'string' ? hit : hit.title)}
      getOptionKey={(hit) => (typeof hit === 'string' ? hit : hit.assetId)}
      loading={text.trim().length >= MIN_LENGTH && (fetching || !isCurrent)}
      loadingText="Searching"
      noOptionsText={emptyText(text, error === undefined ? null : problemOf(error).message)}
      popupIcon={null}
      blurOnSelect
      autoHighlight
      renderOption={({ key, ...optionProps }, hit) => (
        <Box component="li" key={key} {...optionProps} data-testid="search-option">
          <Box sx={{ minWidth: 0 }}>
            <Typography variant="h3" component="div" noWrap>
              {hit.title}
            </Typography>
            <Typography variant="caption" color="textSecondary" component="div" noWrap>
              {[humanize(hit.kind), hit.assetId, hit.subtitle === hit.assetId ? '' : hit.subtitle]
                .filter((part) => part !== '')
                .join(' · ')}
            </Typography>
          </Box>
        </Box>
      )}
      renderInput={(params) => (
        <TextField
          {...params}
          placeholder={label}
          slotProps={{
            ...params.slotProps,
            input: {
              ...params.slotProps.input,
              startAdornment: (
                <InputAdornment position="start">
                  <SearchIcon fontSize="small" />
                </InputAdornment>
              ),
            },
            htmlInput: { ...params.slotProps.htmlInput, 'aria-label': label, 'data-testid': testId, maxLength: 100 },
          }}
        />
      )}
    />
  );
}

function emptyText(text: string, problem: string | null): string {
  if (text.trim().length < MIN_LENGTH) return 'Type at least two letters of a name or id';
  return problem ?? 'Nothing found';
}
