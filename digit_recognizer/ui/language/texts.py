"""Every sentence of the page, in English.

Functions return plain text, never HTML. Knows nothing about the layout of the sentences.

Each catalog of a language, zh-CN.json for example, has an entry for each literal and each f-string
in this module, with {} for each value; the browser looks sentences up there. So a sentence is one
f-string, whose values are numbers, names or other texts. Anything that is not part of the sentence
goes on a line of its own, or after SEPARATOR.
"""

from digit_recognizer.ink.decoding import FORMAT_NAMES

SEPARATOR = " · "

TITLE = "Digit recognizer"
LEAD = "Draw a digit. A small neural network reads it while you write."

LANGUAGE = "Language"

SHORTCUTS = "Keyboard shortcuts"
SHORTCUTS_TITLE = "Keyboard shortcuts (?)"
SHORTCUTS_ON_SHEET = "On the sheet"
SPACE = "Space"
SHORTCUTS_OF_SHEET = {
    "← ↑ ↓ →": "Move the pen; hold two to move diagonally",
    "Shift ← ↑ ↓ →": "Move the pen in small steps",
    SPACE: "Put the pen down or lift it",
    "Ctrl Z": "Undo",
    "Esc": "Clear",
}
SHORTCUTS_ANYWHERE = "Anywhere"
SHORTCUTS_OF_PAGE = {
    "Ctrl V": "Read a picture from the clipboard",
    "?": "Show this list",
}
CLOSE = "Close"

SHEET_LABEL = "Sheet of paper: draw a digit with the mouse, a pen, a finger or the arrow keys"
SHEET_HINT = "Draw a digit here"
SHEET_KEYS = "Arrow keys move the pen; Space puts it down or lifts it"
PEN_DOWN = "Pen down: {x} across, {y} down"
PEN_UP = "Pen up: {x} across, {y} down"
PEN_PLACE = "{x} across, {y} down"
UNDONE = "Undone"
CLEARED = "The sheet is empty"
SHEET_FULL = "The sheet is full: undo or clear"
UNDO = "Undo"
UNDO_TITLE = "Undo the last stroke (Ctrl+Z)"
CLEAR = "Clear"
CLEAR_TITLE = "Clear the sheet (Esc)"

UPLOAD = "Upload"
ONLY_FIRST_FILE = "The page reads one picture at a time: this is the first one."
ONLY_ADDRESS = "Only an address was dropped: save the picture first, then drop the file."
PICTURE = "Your picture"
EXAMPLES = "Or try an example"

INVITATION = "Draw a digit or upload a picture of one"
NETWORK_VIEW = "What the network sees"
NETWORK_VIEW_EMPTY = "The 28 × 28 pixels that the network sees appear here"
NUMBER = "Number: choose a digit to see its bars"
PROBABILITIES = "Probability of each digit"
NONE = "none"
NONE_TITLE = "No digit"
NONE_UNKNOWN = "not learnt"
NOT_A_DRAWING = "The page cannot read this drawing. Clear the sheet and draw again."
WRONG_TYPE = f"This file is not a picture. Choose one of these formats: {FORMAT_NAMES}."
FILE_TOO_LARGE = "This file is larger than 20 MB. Make the picture smaller and upload it again."
BAD_REQUEST = "The server did not understand this request. Reload the page and try again."
ADDRESS_NOT_FETCHED = "The server fetches no addresses. Save the picture and send it as a file."
NOT_SAVED = "The server could not save the file, perhaps because the disk is full. Try again later."
NO_PICTURE = "No picture was sent. Send one as a file."
API_PICTURE = "picture"
API_LABEL = "digit"

INSIDE = "Inside"
INSIDE_EMPTY = "Draw a digit, and see which parts of the network answer it."
INSIDE_INFO = (
    "The network is made of units. Each looks for a pattern: ink on orange excites it, ink on blue "
    "calms it. The brighter a unit, the more it is excited, and what it passes on adds up to the "
    "scores of the ten digits. Choose a unit to see it large."
)
INSIDE_NO_UNITS = "This network has no hidden units: every pixel adds to the scores at once."
INSIDE_HEADS = ("Unit", "Activation", "Adds to the answer")
UNIT_INFO = "What it adds to the score of each digit:"
STAGES = "What it sees"
STAGES_INFO = (
    "The same network reads the same drawing, prepared in four ways. "
    "Its training digits were prepared in the last way."
)
STAGE = {
    "resized": (
        "Tutorial’s way",
        "The whole picture is shrunk to 28 × 28 pixels. Bright paper counts as ink.",
    ),
    "inverted": (
        "Inverted",
        "Dark ink counts, paper does not. The digit keeps its place and its size.",
    ),
    "boxed": (
        "Cropped",
        "The digit is cut out and scaled to 20 × 20 pixels. Place and size no longer matter.",
    ),
    "centred": (
        "Centred",
        "Its centre of mass moves to the middle. The network on this page sees this picture.",
    ),
}
LOOKS = "Why this answer?"
TEACH = "Teach it"
STAGES_EMPTY = "Draw a digit to see how preparing the picture changes the answer."
LOOKS_EMPTY = "Draw a digit to see which pixels decided the answer and which change would flip it."
EXPLAINS_ONE_DIGIT = "This lesson explains single digits. Clear the sheet and draw just one."
REASONS_PICTURE = "The network's input, with marks on the pixels that decided the answer"
SUM = "Show the sum"
SUM_INFO = "The scores are logits, which become probabilities."
INK_FOR = "Orange ink"
INK_AGAINST = "Blue ink"
BIAS = "Biases"
CHANGE_PICTURE = "The network's input, with marks on the changed pixels"
NO_FLIP = "No small change was found that flips the answer."
CHANGED = "After the change"
CHANGED_PICTURE = "The picture after the change"
CHANGED_INFO = "People would still read the same digit."
TEACH_QUESTION = "Which digit is it really?"
TEACH_EMPTY = "Draw a digit. If it is misread, tap the right digit here."
TEACH_UPLOAD = "Only drawings on the sheet can be taught, because an upload has no strokes."
TRAY_EMPTY = "Your corrected drawings appear here."
TRAY_NAME = "my-handwriting.json"
EXPORT = "Export"
IMPORT = "Import"
TAKEN = "Added to your samples"
NOT_TAKEN = "Not added to your samples"
LEARN = "Learn my handwriting"
LEARN_INFO = "The network that answers now learns your samples in a few seconds."
STOP_FINE_TUNING = "Stop learning"
UNDO_FINE_TUNING = "Undo learning"
FINE_TUNING_STARTS = "Getting ready to learn"
FINE_TUNING_STARTS_DETAIL = "Learning takes a few seconds."
FINE_TUNING_COLD = "Starting TensorFlow; learning takes a few seconds."
FINE_TUNING = "Learning your handwriting"
FINE_TUNING_DONE = "Done learning: your network answers"
FINE_TUNING_STOPPED = "Nothing was learnt, so the previous network answers."
FINE_TUNING_FAILED = "Learning did not finish"
FINE_TUNING_FAILED_DETAIL = "Learning ended unexpectedly. Press Learn my handwriting to try again."
FINE_TUNING_UNDONE = "Undone: the previous network answers"
YOUR_DRAWINGS = "Your samples"
MNIST_TEST = "MNIST test digits"
GENERATED_TEST = "Generated test digits"
FORGETTING = "Forgetting"
NOTHING_FORGOTTEN = "It reads at least as many test digits as before."
SAVE_GIF = "Save as GIF"
SAVE_GIF_TITLE = "Save your drawing stroke by stroke, with the network's answers"
GIF_NAME = "my-digit.gif"

OPEN_TRAINING = "Train"
TRAINING = "Train your own network"
TRAINING_LEAD = "Train a new network on MNIST's 55,000 digits, then try it on your handwriting."
PRESET = "Recipe"
PRESETS = {
    "tutorial": "Tutorial",
    "quick": "Quick",
    "robust": "Robust",
}
CUSTOM = "custom"
PRESET_INFO = "Robust also trains on distorted digits and reads handwriting best."
EPOCHS = "Epochs"
EPOCHS_INFO = "Number of passes over all digits"
SETTINGS = "Hyperparameters"
MORE = "More"
HIDDEN = "Hidden layers"
HIDDEN_INFO = "Units of each layer, for example 256, 128"
BATCH_SIZE = "Batch size"
LEARNING_RATE = "Learning rate"
DISTORTION = "Distort the training digits"
SEED = "Seed"
RETRAIN = "Retrain"
STOP = "Stop"
RESTORE = "Back to the built-in network"
DOWNLOAD = "Download model"
LOAD = "Load a model"

STATUS_IDLE = "No training yet"
STATUS_IDLE_DETAIL = "Press Retrain and watch the curves."
STARTING = "Starting TensorFlow"
STARTING_DETAIL = "The first epoch ends in a few seconds."
STARTING_DATA = "Getting the training digits"
FIRST_EPOCH = "first pass over the digits"
WAITING = "Waiting for another training to end"
TESTING = "Running the final test"
DONE = "Done: your network answers"
DONE_BADLY = "Done, but your network only guesses"
DONE_BADLY_DETAIL = "It has learnt nothing. Lower the learning rate and press Retrain."
STOPPED = "Stopped"
STOPPED_EARLY = "No epoch was finished, so the previous network answers."
NOT_STARTED = "Not started"
FAILED = "The training did not finish"
FAILED_DETAIL = "The training ended unexpectedly. Press Retrain to try again."
LOADED = "Loaded: your network answers"
NOT_LOADED = "Not loaded"
RESTORED = "The built-in network answers"
RESTORED_DETAIL = "Press Retrain to train another network."
BUSY = "Your training is still running; stop it first."
FINE_TUNING_BUSY = "Your network is still learning your handwriting; wait, or stop it first."

LOSS = "Loss"
LOSS_INFO = "the network's error; lower is better; logarithmic scale"
ACCURACY = "Accuracy"
ACCURACY_INFO = "share of digits read correctly"
TRAINING_SERIES = "training"
VALIDATION_SHORT = "validation"
PREVIOUS_SHORT = "earlier run"
EPOCH_AXIS = "epoch"
DISTORTED = "Training digits are distorted, so training reads worse than validation."
CHART_EMPTY = "Each epoch adds a point here"
BUILT_IN_HISTORY = "How the built-in network was trained."
NO_HISTORY = "The file of this network does not tell how it was trained."

TIME_MACHINE = "Time machine"
TIME_MACHINE_INFO = "Time machine: what the network of each epoch reads"
UNTRAINED = "Before training"
USE_EPOCH = "Use this epoch"
EPOCH_GONE = "This epoch's network was removed to save memory."
EPOCH_KEPT = "The network of this epoch answers"
ANOTHER_ANSWERS = "Another network answers now."

RUNS = "Your trainings"
RUNS_INFO = "Choose an earlier one: its validation curve is laid under the newest."
RUNS_HEADS = ("Recipe", "Epochs", "Time", "Final test")
NO_TEST = "stopped"
REPORT = "Final test"
YOUR_NETWORK = "Your network"
SHIPPED_NETWORK = "Built-in network"
MISTAKES_INFO = "Your network's answer, its confidence and the true digit"
CONFUSION = "Rows: the true digit. Columns: your network's answer. Pick a number to see pictures."


def sure(confidence: float) -> str:
    """Caption of a confident answer; `confidence` is from 0 to 1."""
    return f"{percent(confidence)} sure"


def unsure(digit: int, runner_up: int) -> str:
    """Caption of an answer that is little more than a guess."""
    return f"Not sure: {digit}, or perhaps {runner_up}"


def sure_number(confidence: float) -> str:
    """Caption of a number; each of its digits has at least this confidence."""
    return f"At least {percent(confidence)} sure of each digit"


def unsure_number() -> str:
    """Caption of a number with a digit that is little more than a guess."""
    return "Not sure of at least one digit"


def place(number: int, count: int) -> str:
    """Position of a digit in a number, from the left."""
    return f"Digit {number} of {count}"


def perhaps_none(digit: int) -> str:
    """Caption of an answer that is little more than a guess, and may be no digit."""
    return f"Not sure: {digit}, or perhaps not a digit"


def no_digit() -> str:
    """Caption of an answer to something that is probably not a digit."""
    return "This may not be a digit"


def may_touch() -> str:
    """Caption of an answer to a drawing that may be several digits that touch."""
    return "Very wide: perhaps two digits"


def said_unsure(confidence: float) -> str:
    """Note beside an unsure answer in a lesson."""
    return f"only {percent(confidence)} sure"


def said_no_digit(confidence: float) -> str:
    """Note beside an answer in a lesson to something that is probably not a digit."""
    return f"{percent(confidence)}, perhaps not a digit"


def reasons(answer: int, runner_up: int) -> str:
    """Heading of the pixels that spoke for the answer."""
    return f"Why {answer}, not {runner_up}"


def reasons_info(answer: int, runner_up: int) -> str:
    """Meaning of the pixels' colours."""
    return f"Orange ink spoke for {answer}, blue ink for {runner_up}."


def lead(answer: int, runner_up: int) -> str:
    """Label of the answer's lead, the sum of all contributions."""
    return f"Lead of {answer} over {runner_up}"


def unit_of(number: int, layer: int) -> str:
    """Name of a hidden unit; both count from 1."""
    return f"Unit {number} of layer {layer}"


def units_of(layer: int, shown: int, units: int) -> str:
    """Name of a column of units; `layer` counts from 1."""
    return f"Layer {layer}: {shown} of {count(units, 'unit')}"


def inside_caption(digit: int) -> str:
    """Which units are shown."""
    return f"The units that add most to {digit}, the strongest first"


def signed(number: float) -> str:
    """A number with its sign."""
    return f"{number:+.2f}".replace("-", "−")


def flip(runner_up: int) -> str:
    """Heading of the change that flips the answer."""
    return f"Change that gives {runner_up}"


def flip_info(share: float) -> str:
    """Size of the change, as a share of the ink."""
    return f"Orange adds ink, blue removes ink: {share:.0%} of the ink changes."


def teach_ask(read: int) -> str:
    """Request to correct a drawing that was read as `read`."""
    return f"The network reads {read}. Tap the right digit to add the drawing to your samples."


def teach_ask_one(number: str) -> str:
    """Request to correct a drawing that was read as several digits."""
    return (
        f"The network reads {number}. If it is one digit, tap the right one to add the drawing to "
        "your samples."
    )


def in_tray(digit: int) -> str:
    """Advice after a correction."""
    return (
        f"The drawing is in your samples as {digit}. Clear the sheet and draw it again: three "
        "samples teach more than one."
    )


def key_of_read(digit: int) -> str:
    """Label of the key of the digit that was read."""
    return f"{digit}, as read by the network"


def tray(number: int) -> str:
    """Heading of the tray."""
    return f"Your samples: {count(number, 'drawing')}"


def tray_drawing(digit: int, said: int | None, says: int) -> str:
    """Text for a drawing in the tray; `said` is the answer before the fine-tuning."""
    if said is None:
        return f"Your {digit}, read as {says}"
    return f"Your {digit}, read as {said} before learning and as {says} now"


def remove(digit: int) -> str:
    """Label of the button that takes a drawing out of the tray."""
    return f"Remove this {digit}"


def brought(number: int) -> str:
    """Number of drawings that came from a file."""
    return f"{count(number, 'new drawing')} from the file"


def taught(drawings: int) -> str:
    """Name of a network after a fine-tuning."""
    return badge(YOUR_NETWORK, f"taught {count(drawings, 'drawing')}")


def fine_tuning_took(seconds: float) -> str:
    """Detail of the status after a fine-tuning."""
    return f"Learning took {seconds:.1f} s. Undo learning brings the previous network back."


def forgotten(share: float, on_mnist: bool = True) -> str:
    """Loss of accuracy on the test by a fine-tuning, from 0 to 1."""
    digits = "MNIST test digits" if on_mnist else "generated test digits"
    return f"It now reads {exact_percent(share)} fewer {digits}."


def percent(share: float) -> str:
    """A share from 0 to 1, rounded to at most 99%, since no network is certain."""
    return f"{min(99, round(share * 100))}%"


def example(digit: int) -> str:
    """Label of an example picture."""
    return f"Example picture of a {digit}"


def epoch_of(epoch: int, epochs: int) -> str:
    """Headline of the status during a training; epoch 0 is the untrained network."""
    return f"Epoch {epoch} of {epochs}" if epoch else UNTRAINED


def built_in(accuracy: float | None) -> str:
    """Name of the built-in network; `accuracy` on the test set, where that is known."""
    return badge(SHIPPED_NETWORK, "" if accuracy is None else rounded_percent(accuracy))


def badge(*parts: str) -> str:
    """Name of a network, in parts."""
    return SEPARATOR.join(filter(None, parts))


def in_training(accuracy: float) -> str:
    """Name of a network during its training; `accuracy` on the validation set."""
    return badge("Your network in training", rounded_percent(accuracy))


def yours(recipe: str, accuracy: float) -> str:
    """Name of a network after its training; `accuracy` on the test set."""
    return badge(YOUR_NETWORK, recipe, rounded_percent(accuracy))


def yours_of_epoch(recipe: str, epoch: int, epochs: int, accuracy: float) -> str:
    """Name of the network of an epoch; `accuracy` on the validation set."""
    return badge(YOUR_NETWORK, recipe, epoch_of(epoch, epochs), rounded_percent(accuracy))


def built_in_says(number: str, confidence: float) -> str:
    """Answer of the built-in network while another one answers."""
    return f"Built-in network: {number}, {percent(confidence)}"


def built_in_doubts(number: str) -> str:
    """Answer of the built-in network that is little more than a guess."""
    return f"Built-in network: not sure, perhaps {number}"


def validated(accuracy: float, digits: int) -> str:
    """Validation accuracy after the newest epoch."""
    return f"{accuracy:.1%} of {count(digits, 'unseen digit')} read correctly"


def epoch_summary(epoch: int, epochs: int, accuracy: float, digits: int) -> str:
    """Validation accuracy of an epoch."""
    return f"{epoch_of(epoch, epochs)}: {accuracy:.1%} of {digits:,} unseen digits"


def loaded(name: str) -> str:
    """Name of a network that was loaded from a file."""
    return badge("Loaded network", name if len(name) <= 30 else name[:27] + "…")


def loaded_detail(hidden: tuple[int, ...]) -> str:
    """Detail of the status after a network was loaded."""
    layers = ", ".join(map(str, hidden))
    return f"Hidden layers: {layers or 'none'}."


def pace(seconds_per_epoch: float, seconds_left: float) -> str:
    """Speed of a training."""
    return f"{seconds_per_epoch:.1f} s per epoch, {duration(seconds_left)} left"


def progress(*parts: str) -> str:
    """Progress within an epoch, in a line."""
    return SEPARATOR.join(filter(None, parts))


def batch_of(batch: int, batches: int) -> str:
    """Position in an epoch."""
    return f"batch {batch} of {batches}"


def recipe_takes(recipe: str, seconds: float) -> str:
    """About how long a training with a recipe takes."""
    return f"{recipe} ≈ {duration(seconds)}"


def not_from_address(label: str, value: str) -> str:
    """Detail of the status when the page's address asks for what a field does not take."""
    return f"{label} in the page's address cannot be “{value}”, so the field keeps its value."


def place_in_line(ahead: int) -> str:
    """Detail of the status while other people's trainings go first."""
    return f"{count(ahead, 'training')} before yours. Yours starts by itself; Stop leaves the line."


def downloading(read: int, total: int | None) -> str:
    """Detail of the status during the download of MNIST; in bytes."""
    if not total:
        return "Downloading MNIST"
    return f"Downloading MNIST, {read / 1e6:.0f} of {total / 1e6:.0f} MB"


def kept_epoch(epoch: int) -> str:
    """Detail of the status of a training that was stopped."""
    return f"The network of epoch {epoch} answers now."


def result(test_accuracy: float, seconds: float, digits: int, on_mnist: bool = True) -> str:
    """Detail of the status of a finished training."""
    of = f"of MNIST's {digits:,} test digits" if on_mnist else "of unseen generated digits"
    return (
        f"It reads {test_accuracy:.2%} {of} after {duration(seconds)} of training. "
        "The time machine goes back to every epoch."
    )


def report_info(digits: int, on_mnist: bool) -> str:
    """Number and source of the test's digits."""
    source = "MNIST's test set" if on_mnist else "the handwriting generator"
    return f"{count(digits, 'digit')} from {source}, none of them used in training"


def rounded_percent(share: float) -> str:
    """A share from 0 to 1 of digits that were counted, in a name."""
    return f"{share:.1%}"


def seconds(seconds: float) -> str:
    """The time that a training took."""
    return f"{seconds:.1f} s"


def exact_percent(share: float) -> str:
    """A share from 0 to 1 of digits that were counted."""
    return f"{share:.2%}"


def row_label(label: int, wrong: int) -> str:
    """Label of the button for all mistakes of a digit."""
    return f"{label}: {count(wrong, 'mistake')}"


def cell_label(label: int, digit: int, number: int) -> str:
    """Label of the button for the mistakes of a confusion."""
    return f"{label} read as {digit}: {count(number, 'time')}"


def mistakes(label: int | None, digit: int | None, number: int, shown: int) -> str:
    """Heading of misread digits: all that are `label` and were read as `digit`; None is any."""
    if not number:
        return "No mistakes"
    if label is None and digit is None:
        return "Most confident mistakes"
    times = count(number, "time")
    return (
        f"{'Digits' if label is None else label} read as "
        f"{'another digit' if digit is None else digit}: "
        f"{f'{times}, the {shown} most confident' if shown < number else times}"
    )


def picture_of(label: int) -> str:
    """Text for the picture of a digit."""
    return f"Picture of {label}"


def really(label: int) -> str:
    """True label of a misread digit."""
    return f"is {label}"


def hidden_not_understood(value: str) -> str:
    """Message for hidden layers that are not whole numbers."""
    return f"Hidden layers are {value!r}; write whole numbers with commas, for example 256, 128."


def not_a_number(name: str) -> str:
    """Message for a hyperparameter that was left empty."""
    return f"{name} is empty; write a number."


def chart_epoch(epoch: int) -> str:
    """Heading of an epoch's values in a chart."""
    return f"Epoch {epoch}"


def strip_answer(epoch: int, number: str, confidence: float) -> str:
    """Name of a cell of the time machine; `confidence` in `number` is from 0 to 1."""
    return f"Epoch {epoch}: {number}, {percent(confidence)} sure"


def chart_point(epoch: int, series: str, value: str) -> str:
    """Text of a point in a chart; `series` is the short name of its curve."""
    return f"epoch {epoch}, {series}: {value}"


def chart_empty(name: str) -> str:
    """Description of an empty chart for screen readers."""
    return f"{name}: {CHART_EMPTY}"


def chart_summary(name: str, epochs: int, training: str, validation: str) -> str:
    """Description of a chart for screen readers."""
    return f"{name} after {count(epochs, 'epoch')}: training {training}, validation {validation}"


def count(number: int, noun: str) -> str:
    """A number and its noun."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def duration(seconds: float) -> str:
    """A time span, in minutes and whole seconds."""
    seconds = max(0, round(seconds))
    if seconds == 0:
        return "a moment"
    if seconds < 60:
        return f"{seconds} s"
    return f"{seconds // 60} min {seconds % 60:02d} s"
