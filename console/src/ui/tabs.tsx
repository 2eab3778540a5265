/** A choice of a few views; the choice itself stands in the address. */
export function Tabs(props: {
  label: string;
  options: readonly { value: string; label: string }[];
  value: string;
  choose: (value: string) => void;
}) {
  return (
    <fieldset aria-label={props.label} className="border-line flex overflow-hidden rounded border">
      {props.options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === props.value}
          onClick={() => props.choose(option.value)}
          className={`px-2.5 py-1 ${option.value === props.value ? 'bg-raised text-ink font-medium' : 'text-soft hover:text-ink'}`}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}
