# Maximum size in bytes of the answer to one row, as JSON, for each method whose output the model's signature describes. modules/batch uses
# it, because Step Functions limits the size of an answer.

locals {
  # A text is one of the classes, in quotes. If it contains other characters than ASCII, its size in UTF-8 is multiplied by 3, because JSON
  # escapes these characters.
  classes = try(flatten([local.manifest.model.classes]), [])
  text_bytes = try(max([
    for each in local.classes :
    length(base64encode(jsonencode(tostring(each)))) * 3 / 4 * (can(regex("^[ -~]*$", each)) ? 1 : 3)
  ]...), null)

  # Size of one value, including the comma and the space after it. A number has at most 24 characters.
  value_bytes = { boolean = 7, integer = 26, number = 26, text = try(local.text_bytes + 2, null) }

  # The shape is [-1] for one value per row, [-1, n] for a list of n values, and [-1, m, n] for m lists of n values. The row and each of
  # the m lists add 4 bytes for brackets and a separator.
  answer_bytes = {
    for method, said in try(local.manifest.model.signature.outputs, {}) : method => ceil(
      try(said.shape[1], 1) * try(said.shape[2], 1) * local.value_bytes[said.type] +
      4 * (1 + (length(said.shape) == 3 ? try(said.shape[1], 0) : 0))
    )
    if try(local.value_bytes[said.type] != null && length(said.shape) <= 3, false)
  }
}
