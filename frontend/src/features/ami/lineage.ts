import { useQuery } from 'urql';

import type { Scope } from './address';
import { CircuitQuery, MeterQuery, SubstationQuery, TransformerQuery, ZoneQuery } from './placeQueries';

/** A scope with its name. */
export interface Place extends Scope {
  name: string;
}

interface Named {
  assetId: string;
  name: string;
}

interface Zone {
  id: string;
  name: string;
}

/** From the zone down to the scope itself. Until more is known, or where it may not be seen: the scope by its id. */
export function useLineage(scope: Scope | null): Place[] {
  const id = scope?.id ?? '';
  const asked = (kind: Scope['kind']) => ({ variables: { id }, pause: scope?.kind !== kind });
  const [zone] = useQuery({ query: ZoneQuery, ...asked('ZONE') });
  const [substation] = useQuery({ query: SubstationQuery, ...asked('SUBSTATION') });
  const [circuit] = useQuery({ query: CircuitQuery, ...asked('CIRCUIT') });
  const [transformer] = useQuery({ query: TransformerQuery, ...asked('TRANSFORMER') });
  const [meter] = useQuery({ query: MeterQuery, ...asked('METER') });
  if (scope === null) return [];
  switch (scope.kind) {
    case 'ZONE':
      return withItself(scope, ofZone(zone.data?.substations.edges[0]?.node.zone));
    case 'SUBSTATION':
      return withItself(scope, ofSubstation(substation.data?.substation));
    case 'CIRCUIT': {
      const found = circuit.data?.circuit;
      return withItself(scope, found == null ? [] : [...ofSubstation(found.substation), placeOf('CIRCUIT', found)]);
    }
    case 'TRANSFORMER': {
      const found = transformer.data?.transformer;
      if (found == null) return withItself(scope, []);
      return withItself(scope, [...ofSubstation(found.substation), placeOf('CIRCUIT', found.circuit), placeOf('TRANSFORMER', found)]);
    }
    case 'METER': {
      const found = meter.data?.meter;
      if (found == null) return withItself(scope, []);
      return withItself(scope, [
        ...ofSubstation(found.substation),
        placeOf('CIRCUIT', found.circuit),
        placeOf('TRANSFORMER', found.transformer),
      ]);
    }
  }
}

function placeOf(kind: Scope['kind'], { assetId, name }: Named): Place {
  return { kind, id: assetId, name };
}

function ofZone(zone: Zone | null | undefined): Place[] {
  return zone == null ? [] : [{ kind: 'ZONE', id: zone.id, name: zone.name }];
}

function ofSubstation(found: (Named & { zone?: Zone | null }) | null | undefined): Place[] {
  return found == null ? [] : [...ofZone(found.zone), placeOf('SUBSTATION', found)];
}

/** The last is the scope, whatever else an answer that is on its way from before may say. */
function withItself(scope: Scope, places: Place[]): Place[] {
  if (places.at(-1)?.id === scope.id) return places;
  const isOfIt = scope.kind === 'METER' && places.at(-1)?.kind === 'TRANSFORMER';
  return [...(isOfIt ? places : []), { ...scope, name: scope.id }];
}
