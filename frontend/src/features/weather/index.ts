export { fieldOf, valueAt, weatherLayers } from './field';
export { nearestHour } from './hours';
export { WEATHER_MEASURES } from './measures';
export type { MeasureLook } from './measures';
export { useWeatherGrid, useWeatherHours } from './useWeather';
export { WeatherBar } from './WeatherBar';
export { WeatherChoice } from './WeatherChoice';
