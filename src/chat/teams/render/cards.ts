/**
 * The parts of an Adaptive Card that we write, and no others: the schema is version 1.5, Badge and ProgressBar are
 * elements of Teams.
 */

export interface AdaptiveCard {
  readonly type: "AdaptiveCard";
  readonly version: "1.5";
  readonly body: readonly Element[];
  /** Shown by a client that cannot draw the card. */
  readonly fallbackText: string;
  readonly refresh?: {
    readonly action: ExecuteAction;
    readonly userIds: readonly string[];
  };
}

export type Spacing = "None" | "Small" | "Default" | "Medium" | "Large";
export type Color = "Accent" | "Good" | "Warning" | "Attention";

export interface TextRun {
  readonly type: "TextRun";
  readonly text: string;
  readonly size?: "Small" | "Large";
  readonly weight?: "Bolder";
  readonly fontType?: "Monospace";
  readonly isSubtle?: true;
  readonly color?: Color;
  readonly underline?: true;
  readonly selectAction?: { readonly type: "Action.OpenUrl"; readonly url: string };
}

export interface RichTextBlock {
  readonly type: "RichTextBlock";
  readonly inlines: readonly TextRun[];
  readonly spacing?: Spacing;
}

export interface Container {
  readonly type: "Container";
  readonly id?: string;
  readonly items: readonly Element[];
  readonly spacing?: Spacing;
}

export interface Column {
  readonly type: "Column";
  readonly width: number | "auto" | "stretch";
  readonly items: readonly Element[];
  readonly verticalContentAlignment?: "Center";
}

export interface ColumnSet {
  readonly type: "ColumnSet";
  readonly columns: readonly Column[];
  readonly spacing?: Spacing;
}

export interface TableCell {
  readonly type: "TableCell";
  readonly items: readonly Element[];
}

export interface Table {
  readonly type: "Table";
  readonly columns: readonly { readonly width: number }[];
  readonly rows: readonly { readonly type: "TableRow"; readonly cells: readonly TableCell[] }[];
}

export interface Badge {
  readonly type: "Badge";
  readonly text: string;
  readonly style: "Good" | "Warning" | "Attention" | "Default";
  readonly appearance: "Tint";
  readonly spacing?: Spacing;
  readonly fallback: RichTextBlock;
}

export interface ProgressBar {
  readonly type: "ProgressBar";
  /** From 0 to 100. */
  readonly value: number;
  readonly fallback: RichTextBlock;
}

export interface ActionSet {
  readonly type: "ActionSet";
  readonly actions: readonly Action[];
  readonly spacing?: Spacing;
}

interface InputBase {
  readonly id: string;
  readonly label?: string;
  readonly isRequired?: true;
  readonly errorMessage?: string;
  readonly placeholder?: string;
}

export interface InputChoice {
  readonly title: string;
  readonly value: string;
}

export interface ChoiceSet extends InputBase {
  readonly type: "Input.ChoiceSet";
  readonly choices: readonly InputChoice[];
  readonly style: "compact" | "expanded" | "filtered";
  readonly isMultiSelect?: true;
  readonly wrap?: true;
  /** The values of several choices stand with commas between them. */
  readonly value?: string;
}

export interface TextInput extends InputBase {
  readonly type: "Input.Text";
  readonly style?: "Email" | "Url";
  readonly isMultiline?: true;
  readonly maxLength?: number;
  readonly value?: string;
}

export interface NumberInput extends InputBase {
  readonly type: "Input.Number";
  readonly value?: number;
}

export interface DateInput extends InputBase {
  readonly type: "Input.Date";
  readonly value?: string;
}

export type Input = ChoiceSet | TextInput | NumberInput | DateInput;

export type Element =
  | RichTextBlock
  | Container
  | ColumnSet
  | Table
  | Badge
  | ProgressBar
  | ActionSet
  | Input;

export type ActionStyle = "positive" | "destructive";

export interface ExecuteAction {
  readonly type: "Action.Execute";
  readonly title: string;
  readonly verb: string;
  readonly data: object;
  readonly style?: ActionStyle;
  /** None: the inputs around the button are neither checked nor sent. */
  readonly associatedInputs: "auto" | "none";
  /** For clients without universal actions. */
  readonly fallback: {
    readonly type: "Action.Submit";
    readonly title: string;
    readonly data: object;
    readonly associatedInputs: "auto" | "none";
  };
}

export interface ShowCardAction {
  readonly type: "Action.ShowCard";
  readonly title: string;
  readonly style?: ActionStyle;
  readonly card: {
    readonly type: "AdaptiveCard";
    readonly body: readonly Element[];
    readonly actions: readonly ExecuteAction[];
  };
}

export interface OpenUrlAction {
  readonly type: "Action.OpenUrl";
  readonly title: string;
  readonly url: string;
}

export type Action = ExecuteAction | ShowCardAction | OpenUrlAction;
