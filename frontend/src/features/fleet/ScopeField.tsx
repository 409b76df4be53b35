import Autocomplete from '@mui/material/Autocomplete';
import TextField from '@mui/material/TextField';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';

import type { ResultOf } from '../../gql/graphql';
import { problemOf } from '../../lib/graphql/errors';

import { ScopeQuery } from './queries';

type Hit = ResultOf<typeof ScopeQuery>['search'][number];

const DEBOUNCE_MS = 200;
const MIN_LENGTH = 2;

interface Props {
  value: string | null;
  onChange: (within: string | null) => void;
}

/** Narrows the list to a circuit or a substation, found by name or id. */
export function ScopeField({ value, onChange }: Props) {
  const [text, setText] = useState('');
  const [asked, setAsked] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const isAsking = asked.length >= MIN_LENGTH && asked !== value;
  const [{ data, error, fetching }] = useQuery({ query: ScopeQuery, variables: { text: asked }, pause: !isAsking });
  const hits = isAsking && asked === text.trim() ? (data?.search ?? []) : [];
  const options = hits.filter((hit) => /^(CKT|SUB)-/.test(hit.assetId));
  const chosen: Hit | null = value === null ? null : { assetId: value, kind: '', title: value, subtitle: '' };
  return (
    <Autocomplete<Hit>
      size="small"
      options={options}
      value={chosen}
      onChange={(_event, hit) => onChange(hit?.assetId ?? null)}
      onInputChange={(_event, next) => setText(next)}
      filterOptions={(all) => all}
      getOptionLabel={(hit) => (hit.kind === '' || hit.title === hit.assetId ? hit.title : `${hit.title} · ${hit.assetId}`)}
      getOptionKey={(hit) => hit.assetId}
      isOptionEqualToValue={(one, other) => one.assetId === other.assetId}
      loading={isAsking && fetching}
      noOptionsText={error !== undefined ? problemOf(error).message : text.trim().length < MIN_LENGTH ? 'Type a name or an id' : 'No such circuit or substation'}
      popupIcon={null}
      autoHighlight
      sx={{ width: 260 }}
      renderInput={(params) => <TextField {...params} label="Circuit or substation" />}
    />
  );
}
