import { lazy, Suspense } from 'react';

import { ErrorBoundary } from '../../ui/ErrorBoundary';

import { MotionOverlay } from './MotionOverlay';
import { maySeeWeather } from './StageLayers';
import { useOverlay, useStage } from './context';

const HeatOverlay = lazy(() => import('./HeatOverlay').then((module) => ({ default: module.HeatOverlay })));

const CrewsOverlay = lazy(() => import('./CrewsOverlay').then((module) => ({ default: module.CrewsOverlay })));
const WeatherOverlay = lazy(() => import('./WeatherOverlay').then((module) => ({ default: module.WeatherOverlay })));

const PENDING = { isPending: true };

/** The map is not at rest before what is wanted has been loaded. */
function Pending() {
  useOverlay('pending', PENDING);
  return null;
}

/** What is laid upon the map beyond its layers; each is loaded when it is first wanted. */
export function MapExtras() {
  const { view, layers } = useStage();
  const { heat, weather } = view.display;
  const hasCrews = layers.visible.has('crews') && layers.sources.some(({ key }) => key === 'crews');
  return (
    <ErrorBoundary name="What is laid upon the map">
      <MotionOverlay />
      <Suspense fallback={<Pending />}>
        {hasCrews && <CrewsOverlay />}
        {heat !== null && <HeatOverlay measure={heat.measure} isTowers={heat.isTowers} />}
        {weather !== null && maySeeWeather(layers) && <WeatherOverlay measure={weather.measure} at={weather.at} />}
      </Suspense>
    </ErrorBoundary>
  );
}
