/** Whole conversations, told once and run through every surface. */
import type { StoryStage } from "./openings.ts";
import { tellAnswers } from "./stories-answers.ts";
import { tellMigrations } from "./stories-migrations.ts";
import { tellPeople } from "./stories-people.ts";
import { tellSignOffs } from "./stories-sign-offs.ts";

export function tellStories(stageOf: () => StoryStage): void {
  tellMigrations(stageOf);
  tellAnswers(stageOf);
  tellSignOffs(stageOf);
  tellPeople(stageOf);
}
