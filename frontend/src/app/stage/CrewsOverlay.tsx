import Link from '@mui/material/Link';
import { useTheme } from '@mui/material/styles';
import { useMemo, useState } from 'react';

import { crewAt, crewLayers, describeCrew, useCrewsOnMap } from '../../features/crews';
import { parseHex, singleColour } from '../../lib/colourScale';
import { opacityOf } from '../../lib/layerDisplay';
import { useColours } from '../../ui/palette';

import { TileCard } from './TileCard';
import { useOverlay, useStage } from './context';
import type { Overlay } from './overlays';

/** Draws the crews, with lines to the outages they work on. */
export function CrewsOverlay() {
  const { style, view, select, flyTo, goTo } = useStage();
  const { crews, isLoading } = useCrewsOnMap();
  const { surface } = useColours();
  const scheme = useTheme().palette.mode;
  const [shownId, setShownId] = useState<string | null>(null);
  const opacity = opacityOf(view.display, 'crews');
  const { zoom, placement, legends } = style;
  useOverlay(
    'crews',
    useMemo((): Overlay => {
      const light = singleColour(legends.crews ?? []);
      // The legend's lilac is for the dark map; on the light one it would hardly show.
      const colour = scheme === 'dark' ? light : ([107, 63, 184] as const);
      const text = parseHex(surface.text) ?? colour;
      const halo = parseHex(surface.page) ?? colour;
      const crew = crews.find(({ assetId }) => assetId === shownId);
      return {
        above: crewLayers(crews, { zoom, colour, text, halo, opacity, placement }),
        isPending: isLoading,
        describe: (at) => {
          const found = crewAt(crews, at);
          return found === null ? null : describeCrew(found);
        },
        onPlace: (at) => {
          const found = crewAt(crews, at);
          setShownId(found?.assetId ?? null);
          return found !== null;
        },
        card:
          crew?.lon == null || crew.lat == null ? undefined : (
            <TileCard
              description={describeCrew(crew)}
              at={{ lon: crew.lon, lat: crew.lat }}
              onCenter={() => goTo({ lon: crew.lon ?? 0, lat: crew.lat ?? 0 }, zoom)}
              onZoom={() => goTo({ lon: crew.lon ?? 0, lat: crew.lat ?? 0 }, Math.max(zoom + 1, 14))}
              onClose={() => setShownId(null)}
            >
              {crew.outages.edges.map(({ node }) => (
                <Link
                  key={node.assetId}
                  component="button"
                  variant="body2"
                  onClick={() => {
                    select(node.assetId);
                    flyTo(node.assetId, node);
                  }}
                >
                  {`Show ${node.assetId}`}
                </Link>
              ))}
            </TileCard>
          ),
      };
    }, [crews, isLoading, zoom, placement, legends, opacity, surface, scheme, shownId, select, flyTo, goTo]),
  );
  return null;
}
