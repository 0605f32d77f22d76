/** What every migration is asked, whatever its rules: the platform, the time zone and the two days. */
import type { Day } from "../../domain/ids.ts";
import { PLATFORMS } from "../../domain/platforms/platform.ts";
import type { Choice, Field } from "../form.ts";

/** The platforms sold, and "not yet". */
export const PLATFORM_CHOICES: readonly Choice[] = [
  ...PLATFORMS,
  { id: "undecided", label: "Not decided yet" },
];

const ZONES: readonly Choice[] = [
  { id: "America/New_York", label: "Eastern (New York)" },
  { id: "America/Chicago", label: "Central (Chicago)" },
  { id: "America/Denver", label: "Mountain (Denver)" },
  { id: "America/Phoenix", label: "Arizona (Phoenix)" },
  { id: "America/Los_Angeles", label: "Pacific (Los Angeles)" },
  { id: "America/Anchorage", label: "Alaska (Anchorage)" },
  { id: "Pacific/Honolulu", label: "Hawaii (Honolulu)" },
  { id: "America/Puerto_Rico", label: "Atlantic (Puerto Rico)" },
  { id: "Pacific/Guam", label: "Guam" },
  { id: "America/Toronto", label: "Eastern, Canada (Toronto)" },
  { id: "America/Vancouver", label: "Pacific, Canada (Vancouver)" },
  { id: "America/Mexico_City", label: "Mexico City" },
  { id: "Europe/London", label: "London" },
  { id: "Europe/Berlin", label: "Berlin" },
  { id: "Asia/Kolkata", label: "Kolkata" },
  { id: "Asia/Manila", label: "Manila" },
  { id: "Australia/Sydney", label: "Sydney" },
  { id: "UTC", label: "UTC" },
];

/** Time zones to choose from, with the person's own first when it is not among the usual ones. */
function zoneChoices(own: string): readonly Choice[] {
  return ZONES.some(({ id }) => id === own) ? ZONES : [{ id: own, label: own }, ...ZONES];
}

export function zoneField(timeZone: string): Field {
  return {
    id: "time_zone",
    type: "choice",
    label: "Time zone of the customer",
    help: "The days of this migration are counted in it.",
    required: true,
    options: zoneChoices(timeZone),
    value: timeZone,
  };
}

export function platformField(platforms: readonly Choice[], value: string | null): Field {
  return {
    id: "platform",
    type: "choice",
    label: "Platform that is proposed",
    required: true,
    options: platforms,
    ...(value !== null && platforms.some(({ id }) => id === value) ? { value } : {}),
  };
}

export function dateFields(proposalOn: Day | null, goLiveOn: Day | null): readonly Field[] {
  return [
    {
      id: "proposal_on",
      type: "date",
      label: "Day on which the proposal is to be signed (Stage 3)",
      help: "Leave empty when it is not known yet.",
      required: false,
      ...(proposalOn === null ? {} : { value: proposalOn }),
    },
    {
      id: "go_live_on",
      type: "date",
      label: "Day of the go-live (Stage 5)",
      help: "Start-by days are counted back from it. Leave empty when it is not known yet.",
      required: false,
      ...(goLiveOn === null ? {} : { value: goLiveOn }),
    },
  ];
}
