namespace LogitLens.Inference;

/// <summary>LLaVA-1.5's prompt form.</summary>
public static class PromptTemplate
{
    /// <summary>What the prompt's placeholder for the picture looks like.</summary>
    public const string ImagePlaceholder = "<image>";

    /// <summary>The question asked when none is given.</summary>
    public const string DefaultQuestion = "Describe the image.";

    /// <summary>A prompt with <c>&lt;image&gt;</c> stays as it is; anything else is a question and is put into <c>USER: &lt;image&gt;\nQUESTION ASSISTANT:</c>.</summary>
    /// <exception cref="RefusedInputException">Empty, or more than one <c>&lt;image&gt;</c>.</exception>
    public static string Apply(string promptOrQuestion)
    {
        if (string.IsNullOrWhiteSpace(promptOrQuestion))
        {
            throw new RefusedInputException("The prompt is empty: ask a question, or write a full prompt with one <image> in it.");
        }

        var first = promptOrQuestion.IndexOf(ImagePlaceholder, StringComparison.Ordinal);
        if (first < 0)
        {
            return $"USER: {ImagePlaceholder}\n{promptOrQuestion.Trim()} ASSISTANT:";
        }

        if (promptOrQuestion.IndexOf(ImagePlaceholder, first + 1, StringComparison.Ordinal) >= 0)
        {
            throw new RefusedInputException("The prompt has more than one <image>, but an analysis is of one picture: leave one.");
        }

        return promptOrQuestion;
    }
}
